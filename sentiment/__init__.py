"""Understanding of text: cleaning, language, sentiment, topics, metrics, signals; pure, no I/O."""
