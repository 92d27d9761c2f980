"""At most so many requests a minute for a token, counted in Redis for all processes."""

import logging
import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from ninja.throttling import BaseThrottle
from redis.exceptions import RedisError

from runs.models import ApiToken

logger = logging.getLogger(__name__)
SECONDS = 60


class MinuteThrottle(BaseThrottle):
    """Counts the requests of a token, or of a user without one, in each minute."""

    def allow_request(self, request: HttpRequest) -> bool:
        caller = request.auth  # type: ignore[attr-defined]
        kind = "token" if isinstance(caller, ApiToken) else "user"
        minute = int(time.time()) // SECONDS
        name = f"api-{kind}-{caller.pk}-{minute}"
        try:
            cache.add(name, 0, timeout=2 * SECONDS)
            found: int = cache.incr(name)
        except (RedisError, OSError):
            # Whoever may use the API is known: without Redis the limit can wait.
            logger.warning(
                "Requests of the API are not counted: Redis does not answer."
            )
            return True
        except ValueError:  # expired between the two
            return True
        most: int = settings.API_REQUESTS_A_MINUTE
        return found <= most

    def wait(self) -> float:
        return SECONDS - time.time() % SECONDS
