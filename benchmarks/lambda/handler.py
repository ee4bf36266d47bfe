"""What awslambdaric runs in the comparison: a function that does nothing."""


def handle(event, context):
    return {"warmup": True}
