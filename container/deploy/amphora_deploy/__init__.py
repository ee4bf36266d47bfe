"""The parts of deploy.py: AWS, models, images, stacks, invocations."""
