"""What uvicorn serves: `uvicorn app:app`."""

from auth.application import create_app
from auth.settings import Settings

app = create_app(Settings.from_environment())
