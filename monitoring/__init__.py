"""What watches the service: its targets, templates and playbooks, and the drill that proves them."""
