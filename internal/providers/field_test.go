package providers_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// fieldPaths are the contract's fields, in its order.
var fieldPaths = []struct {
	field  providers.Field
	path   providers.Path
	effect bool
}{
	{providers.FieldIdempotencyKey, "idempotency_key", false},
	{providers.FieldFlow, "flow", false},
	{providers.FieldScenario, "scenario", false},
	{providers.FieldAcceptedProducts, "accepted_products", false},
	{providers.FieldRegions, "regions", false},
	{providers.FieldSubjectID, "subject_id", false},
	{providers.FieldReference, "reference", false},
	{providers.FieldIdentityDocument, "comparison.identity_document", true},
	{providers.FieldIdentityDocumentType, "comparison.identity_document.type", false},
	{providers.FieldIdentityDocumentCountry, "comparison.identity_document.country", false},
	{providers.FieldIdentityDocumentName, "comparison.identity_document.name", false},
	{providers.FieldIdentityDocumentNumber, "comparison.identity_document.number", false},
	{providers.FieldPhotos, "comparison.photos", true},
	{providers.FieldDetectRotatedFaces, "comparison.detect_rotated_faces", true},
	{providers.FieldMultipleFaces, "comparison.multiple_faces", true},
	{providers.FieldReturnURL, "callback.return_url", true},
	{providers.FieldNotifyURL, "callback.notify_url", true},
	{providers.FieldExtraData, "callback.extra_data", true},
	{providers.FieldTokenLifetime, "token_lifetime", true},
	{providers.FieldMaxUploads, "capture.max_uploads", true},
	{providers.FieldFlashColors, "capture.flash_colors", true},
	{providers.FieldScreenReplayCheck, "capture.screen_replay_check", true},
	{providers.FieldFaceOcclusionCheck, "capture.face_occlusion_check", true},
	{providers.FieldReportMultipleFaces, "capture.report_multiple_faces", true},
	{providers.FieldLanguage, "capture.language", true},
	{providers.FieldDetection, "detection", true},
	{providers.FieldClientMetadata, "client_metadata", true},
	{providers.FieldDeviceID, "device_id", true},
}

func TestFieldPaths(t *testing.T) {
	for i, f := range fieldPaths {
		require.Equal(t, providers.Field(i+1), f.field)
		require.Equal(t, f.path, f.field.Path())
		require.Equal(t, string(f.path), f.field.String())
	}
	require.Empty(t, providers.FieldNone.String())
}

// An identity document counts as an effect once; its parts have limits only.
func TestEffects(t *testing.T) {
	for _, f := range fieldPaths {
		require.Equal(t, f.effect, providers.Effects.Has(f.field), f.path)
	}
}

func TestPhotoPath(t *testing.T) {
	require.Equal(t, providers.Path("comparison.photos[0]"), providers.PhotoPath(1))
	require.Equal(t, providers.Path("comparison.photos[1]"), providers.PhotoPath(2))
}

// The fields of the comparison are those whose paths lie in it and that are asked for as effects.
func TestFieldsOfTheComparison(t *testing.T) {
	for _, f := range fieldPaths {
		within := strings.HasPrefix(string(f.path), "comparison.")
		require.Equal(t, within && f.effect, providers.Comparison.Has(f.field), f.path)
		require.Equal(t, within, providers.Comparison.Hold(f.path), f.path)
	}
	require.True(t, providers.Comparison.Hold(providers.PhotoPath(2)))
	require.False(t, providers.Comparison.Hold(""))
}

func TestFieldSet(t *testing.T) {
	set := providers.FieldSet(providers.FieldDetection, providers.FieldPhotos, providers.FieldFlow, providers.FieldPhotos)
	require.True(t, set.Has(providers.FieldDetection))
	require.False(t, set.Has(providers.FieldLanguage))
	require.Equal(t,
		[]providers.Field{providers.FieldFlow, providers.FieldPhotos, providers.FieldDetection}, slices.Collect(set.Each))
	for f := range set.Each {
		require.Equal(t, providers.FieldFlow, f)
		break
	}
	require.Empty(t, slices.Collect(providers.FieldSet().Each))
}
