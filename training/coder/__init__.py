"""The code model: its corpus, tokenizer, training, export and evaluation."""
