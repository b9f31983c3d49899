"""What watches the service: targets, templates, playbooks, and the drill that proves them."""
