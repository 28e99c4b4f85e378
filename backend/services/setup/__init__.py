"""The first hour: addresses, models and their speed, found out and checked."""
