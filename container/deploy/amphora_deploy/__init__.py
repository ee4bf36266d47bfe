"""What deploy.py does, a module a matter: AWS, models, images, stacks, invocations."""
