"""The sparse autoencoder of the code model: activations, training, export, labels of the features and evaluation."""
