"""Why does an order look as it does? Everything sheetsync knows of one order, in plain sentences.

Pure: a plan with its reasons and the history kept in the store go in, sections of sentences and the
same facts as plain data come out. A figure that runs is allowed here, as it is not in the sheet.
"""

from sheetsync.domain.explain.as_of import as_it_stood
from sheetsync.domain.explain.case import Case, Explanation, Section
from sheetsync.domain.explain.tell import explain, explain_doubled

__all__ = ["Case", "Explanation", "Section", "as_it_stood", "explain", "explain_doubled"]
