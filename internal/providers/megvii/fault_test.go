package megvii

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// Whose fault a refusal is: the caller's if it names a field that the caller sent.
func TestFault(t *testing.T) {
	bareH5, bareWeb := smallest(h5Flash.ID), smallest(pcWeb.ID)
	photosOnly := with(fullest(pcWeb.ID), func(r *providers.Request) { r.IdentityDocument = nil })
	refusesRotation := with(smallest(pcWeb.ID), func(r *providers.Request) { r.DetectRotatedFaces = new(false) })
	tests := map[string]struct {
		product string
		request *providers.Request
		message string
		code    string
		path    providers.Path
		callers bool
	}{
		"reference":               {randomNumber.ID, fullest(randomNumber.ID), "BAD_ARGUMENTS:biz_no", "BAD_ARGUMENTS:biz_no", "reference", true},
		"reference not sent":      {randomNumber.ID, smallest(randomNumber.ID), "BAD_ARGUMENTS:biz_no", "BAD_ARGUMENTS:biz_no", "", false},
		"generated biz_no":        {pcWeb.ID, bareWeb, "BAD_ARGUMENTS:biz_no", "BAD_ARGUMENTS:biz_no", "", false},
		"subject id, prefaced":    {appV5.ID, fullest(appV5.ID), "ERROR: BAD_ARGUMENTS: uuid", "BAD_ARGUMENTS:uuid", "subject_id", true},
		"subject id":              {appV5.ID, fullest(appV5.ID), "BAD_ARGUMENTS: UUID.", "BAD_ARGUMENTS:uuid", "subject_id", true},
		"subject id of app-v3":    {appV3.ID, fullest(appV3.ID), "MISSING_ARGUMENTS: uuid", "MISSING_ARGUMENTS:uuid", "subject_id", true},
		"moves":                   {appV3.ID, fullest(appV3.ID), "BAD_ARGUMENTS: liveness_action_count", "BAD_ARGUMENTS:liveness_action_count", "", false},
		"photo without a colon":   {appV3.ID, fullest(appV3.ID), "INVALID_IMAGE_SIZEimage_ref2", "INVALID_IMAGE_SIZE:image_ref2", "comparison.photos[1]", true},
		"rotation by default":     {appV3.ID, smallest(appV3.ID), "BAD_ARGUMENTS:multi_oriented_detection", "BAD_ARGUMENTS:multi_oriented_detection", "", false},
		"subject id not passed":   {pcWeb.ID, fullest(pcWeb.ID), "BAD_ARGUMENTS:uuid", "BAD_ARGUMENTS:uuid", "", false},
		"subject id with photos":  {pcWeb.ID, photosOnly, "MISSING_ARGUMENTS: uuid", "MISSING_ARGUMENTS:uuid", "subject_id", true},
		"name":                    {pcWeb.ID, fullest(pcWeb.ID), "INVALID_ARGUMENTS:idcard name", "INVALID_ARGUMENTS:idcard_name", "comparison.identity_document.name", true},
		"name by meaning":         {pcWeb.ID, fullest(pcWeb.ID), "INVALID_NAME_FORMAT", "INVALID_NAME_FORMAT", "comparison.identity_document.name", true},
		"number by meaning":       {pcWeb.ID, fullest(pcWeb.ID), "INVALID_IDCARD_NUMBER", "INVALID_IDCARD_NUMBER", "comparison.identity_document.number", true},
		"return url":              {pcWeb.ID, bareWeb, "BAD_ARGUMENTS:return_url", "BAD_ARGUMENTS:return_url", "callback.return_url", true},
		"notify url":              {pcWeb.ID, bareWeb, "BAD_ARGUMENTS:notify_url", "BAD_ARGUMENTS:notify_url", "callback.notify_url", true},
		"extra data":              {pcWeb.ID, fullest(pcWeb.ID), "BAD_ARGUMENTS:biz_extra_data", "BAD_ARGUMENTS:biz_extra_data", "callback.extra_data", true},
		"screen replay":           {pcWeb.ID, fullest(pcWeb.ID), "BAD_ARGUMENTS:screen_replay", "BAD_ARGUMENTS:screen_replay", "capture.screen_replay_check", true},
		"rotation":                {pcWeb.ID, fullest(pcWeb.ID), "BAD_ARGUMENTS:multi_oriented_detection", "BAD_ARGUMENTS:multi_oriented_detection", "comparison.detect_rotated_faces", true},
		"rotation that is false":  {pcWeb.ID, refusesRotation, "BAD_ARGUMENTS:multi_oriented_detection", "BAD_ARGUMENTS:multi_oriented_detection", "comparison.detect_rotated_faces", true},
		"rotation not asked":      {pcWeb.ID, bareWeb, "BAD_ARGUMENTS:multi_oriented_detection", "BAD_ARGUMENTS:multi_oriented_detection", "", false},
		"colours":                 {h5Flash.ID, fullest(h5Flash.ID), "BAD_ARGUMENTS:color_number", "BAD_ARGUMENTS:color_number", "capture.flash_colors", true},
		"colours by default":      {h5Flash.ID, bareH5, "BAD_ARGUMENTS:color_number", "BAD_ARGUMENTS:color_number", "", false},
		"uploads":                 {h5Flash.ID, fullest(h5Flash.ID), "BAD_ARGUMENTS:max_upload_times", "BAD_ARGUMENTS:max_upload_times", "capture.max_uploads", true},
		"lifetime":                {h5Flash.ID, fullest(h5Flash.ID), "BAD_ARGUMENTS:life_time", "BAD_ARGUMENTS:life_time", "token_lifetime", true},
		"lifetime by default":     {h5Flash.ID, bareH5, "BAD_ARGUMENTS:life_time", "BAD_ARGUMENTS:life_time", "", false},
		"language":                {h5Flash.ID, fullest(h5Flash.ID), "BAD_ARGUMENTS:language", "BAD_ARGUMENTS:language", "capture.language", true},
		"occlusion":               {h5Flash.ID, fullest(h5Flash.ID), "BAD_ARGUMENTS:face_occlusion_detection", "BAD_ARGUMENTS:face_occlusion_detection", "capture.face_occlusion_check", true},
		"several faces report":    {h5Flash.ID, fullest(h5Flash.ID), "BAD_ARGUMENTS:return_multifaces_tag", "BAD_ARGUMENTS:return_multifaces_tag", "capture.report_multiple_faces", true},
		"several faces rule":      {h5Flash.ID, fullest(h5Flash.ID), "BAD_ARGUMENTS:fail_when_ref_multiple_faces", "BAD_ARGUMENTS:fail_when_ref_multiple_faces", "comparison.multiple_faces", true},
		"photo 2":                 {h5Flash.ID, fullest(h5Flash.ID), "IMAGE_ERROR_UNSUPPORTED_FORMAT: image_ref2", "IMAGE_ERROR_UNSUPPORTED_FORMAT:image_ref2", "comparison.photos[1]", true},
		"photo 3 too large":       {pcWeb.ID, fullest(pcWeb.ID), "INVALID_IMAGE_SIZE:image_ref3", "INVALID_IMAGE_SIZE:image_ref3", "comparison.photos[2]", true},
		"photo that is bad":       {pcWeb.ID, fullest(pcWeb.ID), "BAD_ARGUMENTS:image_ref1", "BAD_ARGUMENTS:image_ref1", "comparison.photos[0]", true},
		"photo that was not sent": {h5Flash.ID, fullest(h5Flash.ID), "NO_FACE_FOUND:image_ref3", "NO_FACE_FOUND:image_ref3", "", false},
		"photo there cannot be":   {h5Flash.ID, fullest(h5Flash.ID), "MULTIPLE_FACES:image_ref7", "MULTIPLE_FACES:image_ref7", "", false},
		"photo missing":           {h5Flash.ID, bareH5, "MISSING_ARGUMENTS:image_ref2", "MISSING_ARGUMENTS:image_ref2", "", false},
		"some photo":              {h5Flash.ID, bareH5, "NO_FACE_FOUND", "NO_FACE_FOUND", "comparison.photos", true},
		"quality of some photo":   {h5Flash.ID, bareH5, "LOW_QUALITY", "LOW_QUALITY", "comparison.photos", true},
		"face, not of a photo":    {h5Flash.ID, bareH5, "LOW_QUALITY:uuid", "LOW_QUALITY:uuid", "comparison.photos", true},
		"no photo was sent":       {pcWeb.ID, bareWeb, "NO_FACE_FOUND:image_ref1", "NO_FACE_FOUND:image_ref1", "", false},
		"derived":                 {h5Flash.ID, fullest(h5Flash.ID), "BAD_ARGUMENTS:comparison_type", "BAD_ARGUMENTS:comparison_type", "", false},
		"constant":                {h5Flash.ID, fullest(h5Flash.ID), "BAD_ARGUMENTS:procedure_type", "BAD_ARGUMENTS:procedure_type", "", false},
		"credential":              {pcWeb.ID, fullest(pcWeb.ID), "MISSING_ARGUMENTS:api_secret", "MISSING_ARGUMENTS:api_secret", "", false},
		"signature":               {appV5.ID, fullest(appV5.ID), "MISSING_ARGUMENTS:sign", "MISSING_ARGUMENTS:sign", "", false},
		"target parameter":        {appV5.ID, fullest(appV5.ID), "BAD_ARGUMENTS:liveness_id", "BAD_ARGUMENTS:liveness_id", "", false},
		"unnamed":                 {appV5.ID, fullest(appV5.ID), "BAD_ARGUMENTS", "BAD_ARGUMENTS", "", false},
		"not about a field":       {appV5.ID, fullest(appV5.ID), "INTERNAL_ERROR:uuid", "INTERNAL_ERROR:uuid", "", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			failure := newVendor(t, 400, body(t, "error_message", test.message)).refuse(t, test.product, test.request)
			require.Equal(t, test.code, failure.Exchange.Code)
			require.Equal(t, test.callers, failure.CallersFault())
			if test.path == "" {
				require.Empty(t, failure.Violations)
				return
			}
			require.Equal(t, []providers.Violation{
				{Path: test.path, Reason: failure.Reason, Description: "refused by the vendor"},
			}, failure.Violations)
		})
	}
}
