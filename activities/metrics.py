"""What is counted of the requests to Codat."""

from temporalio.common import MetricMeter

from codat.observer import RequestEvent, RequestObserver

REQUESTS = "codat_requests"
REQUEST_TIME = "codat_request_time"
REQUESTS_LEFT = "codat_requests_left"


def counting(meter: MetricMeter) -> RequestObserver:
    """Give what a CodatClient tells of its requests."""
    requests = meter.create_counter(REQUESTS, "Requests that Codat was sent, by how they ended.")
    seconds = meter.create_histogram_float(REQUEST_TIME, "How long they took.", "seconds")
    left = meter.create_gauge(REQUESTS_LEFT, "Requests that Codat still allows today.")

    def on_request(heard: RequestEvent) -> None:
        where = {"endpoint": heard.endpoint}
        requests.add(1, {**where, "status": heard.ended})
        seconds.record(heard.seconds, where)
        if heard.left is not None:
            left.set(heard.left)

    return on_request
