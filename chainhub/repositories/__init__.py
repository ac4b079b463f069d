"""Versioned trees of files: blobs by hash, immutable commits, uploads."""
