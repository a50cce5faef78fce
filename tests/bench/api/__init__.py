"""The API beside the same routes as FastAPI's own documentation advises to write them."""
