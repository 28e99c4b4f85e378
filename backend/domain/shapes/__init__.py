"""Marks in pictures: rectangles, ellipses and points, and how alike two of them are."""
