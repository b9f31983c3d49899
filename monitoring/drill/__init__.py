"""The drill: alerts are caused for real, with the rules' times shortened, and must arrive.

It causes 37 of the 38 alerts. DOCS/DRILL.md says which one it does not, and why.
"""
