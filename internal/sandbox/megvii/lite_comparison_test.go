package megvii_test

import (
	"strings"
	"testing"

	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
	"github.com/liveness-gateway/gateway/internal/sandbox/samples"
)

func TestLitePageComparison(t *testing.T) {
	requests.Run(t, samples.Megvii, samples.LitePage(), []step{
		{"no comparison_type", []requests.Edit{requests.Drop("comparison_type")}, 400, samples.MegviiFailed("MISSING_ARGUMENTS: comparison_type")},
		{"comparison_type outside its values", []requests.Edit{requests.Set("comparison_type", "-1")}, 400, samples.MegviiFailed("BAD_ARGUMENTS:comparison_type")},
		{"no idcard_mode", []requests.Edit{requests.Drop("idcard_mode")}, 400, samples.MegviiFailed("MISSING_ARGUMENTS: idcard_mode")},
		{"idcard_mode outside its values", []requests.Edit{requests.Set("idcard_mode", "5")}, 400, samples.MegviiFailed("BAD_ARGUMENTS:idcard_mode")},
		{"front", []requests.Edit{requests.Set("idcard_mode", "1")}, 200, samples.LitePageIssued},
		{"front and back", []requests.Edit{requests.Set("idcard_mode", "2")}, 200, samples.LitePageIssued},
		{"the user's choice", []requests.Edit{requests.Set("idcard_mode", "4")}, 200, samples.LitePageIssued},
		{"card that is given has no meaning", []requests.Edit{requests.Set("idcard_name", strings.Repeat("李", 33)), requests.Set("idcard_number", "1")}, 200, samples.LitePageIssued},
		{"photo beside", []requests.Edit{requests.File("image_ref1", requests.JPEG(t))}, 200, samples.LitePageIssued},
		{"photo broken", []requests.Edit{requests.File("image_ref1", []byte("no photo"))}, 400, samples.MegviiFailed("IMAGE_ERROR_UNSUPPORTED_FORMAT:image_ref1")},
		{"uuid has no meaning", []requests.Edit{requests.Set("uuid", strings.Repeat("u", 513))}, 200, samples.LitePageIssued},
		{"uneditable field that there is not", []requests.Edit{requests.Set("idcard_uneditable_field", "idcard_sex")}, 400, samples.MegviiFailed("BAD_ARGUMENTS:idcard_uneditable_field")},
		{"all uneditable", []requests.Edit{requests.Set("idcard_uneditable_field", "idcard_name,idcard_number,idcard_valid_date,idcard_issued_by")}, 200, samples.LitePageIssued},
		{"uneditable with a blank", []requests.Edit{requests.Set("idcard_uneditable_field", "idcard_name, idcard_number")}, 400, samples.MegviiFailed("BAD_ARGUMENTS:idcard_uneditable_field")},
	})
}

func TestLitePageWithIDCard(t *testing.T) {
	requests.Run(t, samples.Megvii, samples.LitePageWithIDCard(), []step{
		{"issued", nil, 200, samples.LitePageIssued},
		{"lower-case x", []requests.Edit{requests.Set("idcard_number", "11010519491231002x")}, 200, samples.LitePageIssued},
		{"name of 32 characters", []requests.Edit{requests.Set("idcard_name", strings.Repeat("李", 32))}, 200, samples.LitePageIssued},
		{"no name", []requests.Edit{requests.Drop("idcard_name")}, 400, samples.MegviiFailed("MISSING_ARGUMENTS: idcard_name")},
		{"name of 33 characters", []requests.Edit{requests.Set("idcard_name", strings.Repeat("李", 33))}, 400, samples.MegviiFailed("INVALID_NAME_FORMAT")},
		{"name in GBK", []requests.Edit{requests.Set("idcard_name", "\xc0\xee\xcb\xc4")}, 400, samples.MegviiFailed("INVALID_NAME_FORMAT")},
		{"no number", []requests.Edit{requests.Drop("idcard_number")}, 400, samples.MegviiFailed("MISSING_ARGUMENTS: idcard_number")},
		{"number of 17", []requests.Edit{requests.Set("idcard_number", "11010519491231002")}, 400, samples.MegviiFailed("INVALID_IDCARD_NUMBER")},
		{"X in the middle", []requests.Edit{requests.Set("idcard_number", "1101051949X2310021")}, 400, samples.MegviiFailed("INVALID_IDCARD_NUMBER")},
		{"three photos beside", []requests.Edit{requests.File("image_ref1", requests.JPEG(t)), requests.File("image_ref2", requests.JPEG(t)), requests.File("image_ref3", requests.PNG(t, 8, 8))}, 200, samples.LitePageIssued},
		{"four photos beside", []requests.Edit{requests.File("image_ref4", requests.JPEG(t))}, 400, samples.MegviiFailed("BAD_ARGUMENTS:image_ref4")},
	})
}

func TestLitePageWithPhotos(t *testing.T) {
	requests.Run(t, samples.Megvii, samples.LitePageWithPhotos(t), []step{
		{"issued", nil, 200, samples.LitePageIssued},
		{"three photos", []requests.Edit{requests.File("image_ref2", requests.JPEG(t)), requests.File("image_ref3", requests.JPEG(t))}, 200, samples.LitePageIssued},
		{"no limit of pixels", []requests.Edit{requests.File("image_ref1", requests.PNG(t, 4097, 1))}, 200, samples.LitePageIssued},
		{"no uuid", []requests.Edit{requests.Drop("uuid")}, 400, samples.MegviiFailed("MISSING_ARGUMENTS: uuid")},
		{"uuid of 512 bytes", []requests.Edit{requests.Set("uuid", strings.Repeat("é", 256))}, 200, samples.LitePageIssued},
		{"uuid counts bytes", []requests.Edit{requests.Set("uuid", strings.Repeat("é", 257))}, 400, samples.MegviiFailed("BAD_ARGUMENTS:uuid")},
		{"no photo", []requests.Edit{requests.Drop("image_ref1")}, 400, samples.MegviiFailed("MISSING_ARGUMENTS: image_ref1")},
		{"no first photo", []requests.Edit{requests.Drop("image_ref1"), requests.File("image_ref2", requests.JPEG(t))}, 400, samples.MegviiFailed("MISSING_ARGUMENTS: image_ref1")},
		{"photo as text", []requests.Edit{requests.Set("image_ref1", "aGVsbG8=")}, 400, samples.MegviiFailed("BAD_ARGUMENTS:image_ref1")},
		{"four photos", []requests.Edit{requests.File("image_ref4", requests.JPEG(t))}, 400, samples.MegviiFailed("BAD_ARGUMENTS:image_ref4")},
		{"first broken photo is named", []requests.Edit{requests.File("image_ref3", []byte("x")), requests.File("image_ref2", requests.PNG(t, 8, 8)[:20])}, 400, samples.MegviiFailed("IMAGE_ERROR_UNSUPPORTED_FORMAT:image_ref2")},
		{"idcard_mode has no meaning", []requests.Edit{requests.Set("idcard_mode", "9")}, 200, samples.LitePageIssued},
		{"the card has no meaning", []requests.Edit{requests.Set("idcard_mode", "0"), requests.Set("idcard_number", "1")}, 200, samples.LitePageIssued},
	})
}
