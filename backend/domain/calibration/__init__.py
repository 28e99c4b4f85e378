"""Confidences against ground truths: reliability, calibrators and thresholds."""
