"""What watches the service: targets, templates and playbooks, and the drill that tests them."""
