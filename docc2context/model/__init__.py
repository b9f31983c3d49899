"""The format: RenderNode, its content and its references as structs, and how JSON becomes them."""
