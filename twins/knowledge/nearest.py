"""The passages whose vectors are nearest to a question's: compared by the database where it can, else in memory."""

import logging

from avatarsite.core.engines import EngineFailed
from twins.knowledge import in_memory, vector_table, vectors

logger = logging.getLogger(__name__)

LEAST_LIKE = 0.2  # cosine below which two texts have nothing to do with each other


def search(personality_id: str, question: str, limit: int, owner_id: str | None = None) -> list[int]:
    """Ids of passages, nearest first; empty without an embeddings engine, or when it fails: words still find."""
    try:
        engine = vectors.engine(owner_id)
        if engine is None or not question.strip():
            return []
        compared = vector_table if vector_table.exists() else in_memory
        known = compared.known(personality_id, engine.name)
        if not len(known):
            return []
        asked = engine.embed([question])[0]
    except EngineFailed as error:
        logger.warning("embeddings.failed code=%s", error.code)
        return []
    return [chunk_id for chunk_id, likeness in known.nearest(asked, limit) if likeness >= LEAST_LIKE]
