"""The HTTP protocol of the server: what is bounded before an application sees a request."""
