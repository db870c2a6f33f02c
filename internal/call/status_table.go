package call

import (
	"net/http"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// statusRow is the status of a reason.
type statusRow struct {
	code codes.Code
	http int
	// retry is how long a caller should wait before it sends the same message again; 0 means that it
	// may not.
	retry time.Duration
	// message is for the caller; the failure's own message, if there is one, follows it.
	message string
}

const (
	// statusClientClosedRequest is nginx's status for a caller who went away. Only the log and the
	// metrics see it.
	statusClientClosedRequest = 499

	retrySoon = time.Second
)

// statusTable is the one place where a reason becomes a status (docs/design.md, section 4), so that
// VENDOR_RATE_LIMITED, which Linkface's 1009 is (linkface/errors.go), becomes a 503. The blame rule:
// 4xx is for the caller to correct, 502 for the operator; 503 and 504 pass with time; 500 is a fault
// of the gateway.
var statusTable = map[providers.Reason]statusRow{
	providers.OK: {codes.OK, http.StatusOK, 0, ""},

	providers.InvalidRequest:             {codes.InvalidArgument, http.StatusBadRequest, 0, "the request breaks a rule of the contract"},
	providers.ArgumentRejected:           {codes.InvalidArgument, http.StatusBadRequest, 0, "the vendor does not take an argument"},
	providers.PhotoUnreadable:            {codes.InvalidArgument, http.StatusBadRequest, 0, "a photo is not an image or is damaged"},
	providers.PhotoTooLarge:              {codes.InvalidArgument, http.StatusBadRequest, 0, "a photo has too many pixels"},
	providers.NoFaceFound:                {codes.InvalidArgument, http.StatusBadRequest, 0, "no face was found in a photo"},
	providers.MultipleFaces:              {codes.InvalidArgument, http.StatusBadRequest, 0, "a photo shows several faces"},
	providers.PhotoLowQuality:            {codes.InvalidArgument, http.StatusBadRequest, 0, "a photo is of too low quality"},
	providers.RequestTooLarge:            {codes.InvalidArgument, http.StatusRequestEntityTooLarge, 0, "the request is too large"},
	providers.IdentityNameInvalid:        {codes.InvalidArgument, http.StatusBadRequest, 0, "the name is not valid"},
	providers.IdentityNumberInvalid:      {codes.InvalidArgument, http.StatusBadRequest, 0, "the identity document's number is not valid"},
	providers.ComparisonAttemptsExceeded: {codes.FailedPrecondition, http.StatusBadRequest, 0, "the user has been compared too often"},
	providers.NoEligibleProduct:          {codes.FailedPrecondition, http.StatusBadRequest, 0, "no configured product can do what is asked"},

	providers.CallerUnauthenticated: {codes.Unauthenticated, http.StatusUnauthorized, 0, "the caller is not known"},
	providers.CallerNotAllowed:      {codes.PermissionDenied, http.StatusForbidden, 0, "the caller may not do this"},
	providers.CallbackNotAllowed:    {codes.PermissionDenied, http.StatusForbidden, 0, "the caller may not use this callback host"},
	providers.CallerQuotaExceeded:   {codes.ResourceExhausted, http.StatusTooManyRequests, retrySoon, "the caller's quota is used up"},

	providers.IdempotencyKeyReused:     {codes.InvalidArgument, http.StatusUnprocessableEntity, 0, "the idempotency key was used with another request"},
	providers.IdempotencyKeyInProgress: {codes.Aborted, http.StatusConflict, retrySoon, "a call with this idempotency key is under way"},
	providers.IdempotencyUnavailable:   {codes.Unavailable, http.StatusServiceUnavailable, retrySoon, "idempotency keys cannot be honoured just now"},
	providers.CallerCancelled:          {codes.Canceled, statusClientClosedRequest, 0, "the caller went away"},
	providers.DeadlineTooShort:         {codes.DeadlineExceeded, http.StatusGatewayTimeout, 0, "the deadline leaves no time for a vendor"},

	providers.VendorTimeout:            {codes.DeadlineExceeded, http.StatusGatewayTimeout, 0, "the vendor did not answer in time"},
	providers.VendorConnectionLost:     {codes.Unavailable, http.StatusServiceUnavailable, retrySoon, "the connection to the vendor broke"},
	providers.VendorUnreachable:        {codes.Unavailable, http.StatusServiceUnavailable, retrySoon, "the vendor cannot be reached"},
	providers.VendorInternalError:      {codes.Unavailable, http.StatusServiceUnavailable, retrySoon, "the vendor reports an error of its own"},
	providers.VendorConcurrencyLimited: {codes.Unavailable, http.StatusServiceUnavailable, retrySoon, "the vendor takes no more calls at once"},
	providers.VendorRateLimited:        {codes.Unavailable, http.StatusServiceUnavailable, retrySoon, "the vendor takes no more calls for now"},
	providers.VendorSignatureExpired:   {codes.Unavailable, http.StatusServiceUnavailable, retrySoon, "the vendor holds the signature to be stale"},

	providers.VendorCredentialsRejected: {codes.Internal, http.StatusBadGateway, 0, "the vendor refuses the gateway's credentials"},
	providers.VendorAccountDisabled:     {codes.Internal, http.StatusBadGateway, 0, "the gateway's account with the vendor is disabled"},
	providers.VendorAccountExpired:      {codes.Internal, http.StatusBadGateway, 0, "the gateway's account with the vendor has expired"},
	providers.VendorIPNotAllowed:        {codes.Internal, http.StatusBadGateway, 0, "the vendor does not take calls from the gateway's address"},
	providers.VendorQuotaExhausted:      {codes.Internal, http.StatusBadGateway, 0, "the gateway's quota with the vendor is used up"},
	providers.VendorPermissionDenied:    {codes.Internal, http.StatusBadGateway, 0, "the gateway's account lacks a permission"},
	providers.VendorEndpointNotFound:    {codes.Internal, http.StatusBadGateway, 0, "the vendor knows no such endpoint"},
	providers.VendorResponseInvalid:     {codes.Internal, http.StatusBadGateway, 0, "the vendor's answer makes no sense"},
	providers.VendorErrorUnrecognized:   {codes.Internal, http.StatusBadGateway, 0, "the vendor answered with an unknown error"},

	providers.NoTargetAvailable: {codes.Unavailable, http.StatusServiceUnavailable, retrySoon, "no vendor may be tried just now"},
	providers.Overloaded:        {codes.Unavailable, http.StatusServiceUnavailable, retrySoon, "the gateway is overloaded"},
	providers.MethodUnknown:     {codes.Unimplemented, http.StatusNotFound, 0, "no such method"},
	providers.Internal:          {codes.Internal, http.StatusInternalServerError, 0, "internal error"},
}

// gatewaysArgument is the row of ARGUMENT_REJECTED if no caller sent the argument: an operator must
// act.
var gatewaysArgument = statusRow{codes.Internal, http.StatusBadGateway, 0, "the vendor does not take an argument of the gateway's"}

func rowOf(err *providers.Error) statusRow {
	if err.Reason == providers.ArgumentRejected && !err.CallersFault() {
		return gatewaysArgument
	}
	if row, ok := statusTable[err.Reason]; ok {
		return row
	}
	return statusTable[providers.Internal]
}

// StatusFor returns the gRPC code and the HTTP status of a failure, and how long to wait before
// sending the same message again, 0 if it may not be sent.
func StatusFor(failure *providers.Error) (code codes.Code, httpStatus int, retry time.Duration) {
	row := rowOf(failure)
	return row.code, row.http, row.retry
}
