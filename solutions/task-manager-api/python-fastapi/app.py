"""What uvicorn serves: `uvicorn app:app`."""

from tracker.application import create_app
from tracker.settings import Settings

app = create_app(Settings.from_environment())
