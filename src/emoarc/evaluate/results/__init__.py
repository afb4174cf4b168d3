"""Pages of results, made from the JSON files that evaluations and benches write."""

from emoarc.evaluate.results._write import result_texts, write_results

__all__ = ["result_texts", "write_results"]
