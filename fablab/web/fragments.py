"""Parts of pages that are the same for many people, written out once.

    {% call kept(row.key) %}<div>...</div>{% endcall %}

The key says everything that is said inside but the language; None: this part is one person's own.
Nothing of the viewer, no token and no time of a form may be inside where there is a key.
"""

from collections.abc import Callable, Hashable

from fablab.core import i18n
from fablab.core.kept import Kept

MOST = 4_000
_written: Kept[str] = Kept(MOST)


def kept(key: Hashable, caller: Callable[[], str]) -> str:
    if key is None:
        return caller()
    spoken = (i18n.language.get(), key)
    return _written.get(spoken) or _written.put(spoken, caller())
