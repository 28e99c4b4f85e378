"""The predictions that Label Studio holds, and those that it should hold."""
