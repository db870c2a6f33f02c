package providers

// Reason says why a call or an attempt ended as it did. Its values are the words
// of the contract's enum liveness.v1.Reason; callers, metrics and the log see
// them unchanged.
type Reason string

// The contract says what each reason means, internal/call/status_table.go which status it has, and
// internal/routing/policy.go what may be tried next.
const (
	OK Reason = "OK"

	InvalidRequest             Reason = "INVALID_REQUEST"
	ArgumentRejected           Reason = "ARGUMENT_REJECTED"
	PhotoUnreadable            Reason = "PHOTO_UNREADABLE"
	PhotoTooLarge              Reason = "PHOTO_TOO_LARGE"
	NoFaceFound                Reason = "NO_FACE_FOUND"
	MultipleFaces              Reason = "MULTIPLE_FACES"
	PhotoLowQuality            Reason = "PHOTO_LOW_QUALITY"
	RequestTooLarge            Reason = "REQUEST_TOO_LARGE"
	IdentityNameInvalid        Reason = "IDENTITY_NAME_INVALID"
	IdentityNumberInvalid      Reason = "IDENTITY_NUMBER_INVALID"
	ComparisonAttemptsExceeded Reason = "COMPARISON_ATTEMPTS_EXCEEDED"
	NoEligibleProduct          Reason = "NO_ELIGIBLE_PRODUCT"

	CallerUnauthenticated    Reason = "CALLER_UNAUTHENTICATED"
	CallerNotAllowed         Reason = "CALLER_NOT_ALLOWED"
	CallbackNotAllowed       Reason = "CALLBACK_NOT_ALLOWED"
	CallerQuotaExceeded      Reason = "CALLER_QUOTA_EXCEEDED"
	IdempotencyKeyReused     Reason = "IDEMPOTENCY_KEY_REUSED"
	IdempotencyKeyInProgress Reason = "IDEMPOTENCY_KEY_IN_PROGRESS"
	IdempotencyUnavailable   Reason = "IDEMPOTENCY_UNAVAILABLE"
	CallerCancelled          Reason = "CALLER_CANCELLED"
	DeadlineTooShort         Reason = "DEADLINE_TOO_SHORT"

	VendorTimeout             Reason = "VENDOR_TIMEOUT"
	VendorConnectionLost      Reason = "VENDOR_CONNECTION_LOST"
	VendorUnreachable         Reason = "VENDOR_UNREACHABLE"
	VendorInternalError       Reason = "VENDOR_INTERNAL_ERROR"
	VendorConcurrencyLimited  Reason = "VENDOR_CONCURRENCY_LIMITED"
	VendorRateLimited         Reason = "VENDOR_RATE_LIMITED"
	VendorSignatureExpired    Reason = "VENDOR_SIGNATURE_EXPIRED"
	VendorCredentialsRejected Reason = "VENDOR_CREDENTIALS_REJECTED"
	VendorAccountDisabled     Reason = "VENDOR_ACCOUNT_DISABLED"
	VendorAccountExpired      Reason = "VENDOR_ACCOUNT_EXPIRED"
	VendorIPNotAllowed        Reason = "VENDOR_IP_NOT_ALLOWED"
	VendorQuotaExhausted      Reason = "VENDOR_QUOTA_EXHAUSTED"
	VendorPermissionDenied    Reason = "VENDOR_PERMISSION_DENIED"
	VendorEndpointNotFound    Reason = "VENDOR_ENDPOINT_NOT_FOUND"
	VendorResponseInvalid     Reason = "VENDOR_RESPONSE_INVALID"
	VendorErrorUnrecognized   Reason = "VENDOR_ERROR_UNRECOGNIZED"

	NoTargetAvailable Reason = "NO_TARGET_AVAILABLE"
	Overloaded        Reason = "OVERLOADED"
	MethodUnknown     Reason = "METHOD_UNKNOWN"
	Internal          Reason = "INTERNAL"
)
