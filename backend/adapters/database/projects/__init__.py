"""What is stored about a project of Label Studio: its configs, draws, predictions and annotations."""
