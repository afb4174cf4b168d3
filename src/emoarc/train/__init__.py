"""Training: recipes in, verified model packs out. Needs the extra `train` (torch)."""
