"""The drill: alerts are caused for real, with the rules' times shortened, and have to arrive.

It causes 37 of the 38 alerts. DOCS/DRILL.md says which it does not, and why.
"""
