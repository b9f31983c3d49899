"""The drill: each alert is caused for real, with the rules' times shortened, and has to arrive."""
