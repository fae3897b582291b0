"""What uvicorn serves: `uvicorn app:app`."""

from shortener.application import create_app
from shortener.settings import Settings

app = create_app(Settings.from_environment())
