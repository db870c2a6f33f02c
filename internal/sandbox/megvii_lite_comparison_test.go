package sandbox_test

import (
	"strings"
	"testing"
)

func TestLitePageComparison(t *testing.T) {
	runSteps(t, megvii, validLitePage(), []step{
		{"no comparison_type", []edit{drop("comparison_type")}, 400, failed("MISSING_ARGUMENTS: comparison_type")},
		{"comparison_type outside its values", []edit{set("comparison_type", "-1")}, 400, failed("BAD_ARGUMENTS:comparison_type")},
		{"no idcard_mode", []edit{drop("idcard_mode")}, 400, failed("MISSING_ARGUMENTS: idcard_mode")},
		{"idcard_mode outside its values", []edit{set("idcard_mode", "5")}, 400, failed("BAD_ARGUMENTS:idcard_mode")},
		{"front", []edit{set("idcard_mode", "1")}, 200, litePageIssued},
		{"front and back", []edit{set("idcard_mode", "2")}, 200, litePageIssued},
		{"the user's choice", []edit{set("idcard_mode", "4")}, 200, litePageIssued},
		{"card that is given has no meaning", []edit{set("idcard_name", strings.Repeat("李", 33)), set("idcard_number", "1")}, 200, litePageIssued},
		{"photo beside", []edit{file("image_ref1", jpegOf(t))}, 200, litePageIssued},
		{"photo broken", []edit{file("image_ref1", []byte("no photo"))}, 400, failed("IMAGE_ERROR_UNSUPPORTED_FORMAT:image_ref1")},
		{"uuid has no meaning", []edit{set("uuid", strings.Repeat("u", 513))}, 200, litePageIssued},
		{"uneditable field that there is not", []edit{set("idcard_uneditable_field", "idcard_sex")}, 400, failed("BAD_ARGUMENTS:idcard_uneditable_field")},
		{"all uneditable", []edit{set("idcard_uneditable_field", "idcard_name,idcard_number,idcard_valid_date,idcard_issued_by")}, 200, litePageIssued},
		{"uneditable with a blank", []edit{set("idcard_uneditable_field", "idcard_name, idcard_number")}, 400, failed("BAD_ARGUMENTS:idcard_uneditable_field")},
	})
}

// liteWithIDCard gives the page name and number of the card.
func liteWithIDCard() request {
	return validLitePage().edited(set("idcard_mode", "0"), set("idcard_name", "李四"), set("idcard_number", "11010519491231002X"))
}

func TestLitePageWithIDCard(t *testing.T) {
	runSteps(t, megvii, liteWithIDCard(), []step{
		{"issued", nil, 200, litePageIssued},
		{"lower-case x", []edit{set("idcard_number", "11010519491231002x")}, 200, litePageIssued},
		{"name of 32 characters", []edit{set("idcard_name", strings.Repeat("李", 32))}, 200, litePageIssued},
		{"no name", []edit{drop("idcard_name")}, 400, failed("MISSING_ARGUMENTS: idcard_name")},
		{"name of 33 characters", []edit{set("idcard_name", strings.Repeat("李", 33))}, 400, failed("INVALID_NAME_FORMAT")},
		{"name in GBK", []edit{set("idcard_name", "\xc0\xee\xcb\xc4")}, 400, failed("INVALID_NAME_FORMAT")},
		{"no number", []edit{drop("idcard_number")}, 400, failed("MISSING_ARGUMENTS: idcard_number")},
		{"number of 17", []edit{set("idcard_number", "11010519491231002")}, 400, failed("INVALID_IDCARD_NUMBER")},
		{"X in the middle", []edit{set("idcard_number", "1101051949X2310021")}, 400, failed("INVALID_IDCARD_NUMBER")},
		{"three photos beside", []edit{file("image_ref1", jpegOf(t)), file("image_ref2", jpegOf(t)), file("image_ref3", pngOf(t, 8, 8))}, 200, litePageIssued},
		{"four photos beside", []edit{file("image_ref4", jpegOf(t))}, 400, failed("BAD_ARGUMENTS:image_ref4")},
	})
}

// liteWithPhotos compares with photos alone.
func liteWithPhotos(t *testing.T) request {
	t.Helper()
	return validLitePage().edited(drop("idcard_mode"), set("comparison_type", "0"), set("uuid", "user-1"), file("image_ref1", pngOf(t, 8, 8)))
}

func TestLitePageWithPhotos(t *testing.T) {
	runSteps(t, megvii, liteWithPhotos(t), []step{
		{"issued", nil, 200, litePageIssued},
		{"three photos", []edit{file("image_ref2", jpegOf(t)), file("image_ref3", jpegOf(t))}, 200, litePageIssued},
		{"no limit of pixels", []edit{file("image_ref1", pngOf(t, 4097, 1))}, 200, litePageIssued},
		{"no uuid", []edit{drop("uuid")}, 400, failed("MISSING_ARGUMENTS: uuid")},
		{"uuid of 512 bytes", []edit{set("uuid", strings.Repeat("é", 256))}, 200, litePageIssued},
		{"uuid counts bytes", []edit{set("uuid", strings.Repeat("é", 257))}, 400, failed("BAD_ARGUMENTS:uuid")},
		{"no photo", []edit{drop("image_ref1")}, 400, failed("MISSING_ARGUMENTS: image_ref1")},
		{"no first photo", []edit{drop("image_ref1"), file("image_ref2", jpegOf(t))}, 400, failed("MISSING_ARGUMENTS: image_ref1")},
		{"photo as text", []edit{set("image_ref1", "aGVsbG8=")}, 400, failed("BAD_ARGUMENTS:image_ref1")},
		{"four photos", []edit{file("image_ref4", jpegOf(t))}, 400, failed("BAD_ARGUMENTS:image_ref4")},
		{"first broken photo is named", []edit{file("image_ref3", []byte("x")), file("image_ref2", pngOf(t, 8, 8)[:20])}, 400, failed("IMAGE_ERROR_UNSUPPORTED_FORMAT:image_ref2")},
		{"idcard_mode has no meaning", []edit{set("idcard_mode", "9")}, 200, litePageIssued},
		{"the card has no meaning", []edit{set("idcard_mode", "0"), set("idcard_number", "1")}, 200, litePageIssued},
	})
}
