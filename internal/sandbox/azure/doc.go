// Package azure is a resource of Azure AI Face, as far as it creates liveness sessions, written
// from the vendor's documents alone: "Create Liveness Session", "Create Liveness With Verify
// Session", "Azure AI Face API error codes" and "Detect liveness in faces" of
// learn.microsoft.com, and the specification of version 1.2.
//
// What the documents leave open, or contradict one another in, is read like this:
//
//   - There is version v1.2 alone. The case of the path does not matter.
//   - A request is checked in this order: the key, the body, its parameters in the order of the
//     specification, the photo last. Only keys are known: no bearer token of Entra ID is one.
//   - The form of a session with verify has one part for each parameter, as the specification
//     has it; that of the previews, which the tutorial still shows, has none of them. A part's
//     media type does not matter.
//   - livenessOperationMode is taken in the tutorial's lower case, too. One that is missing is
//     InvalidLivenessOperationMode.
//   - A body of another media type, one that is not understood and a value of another type are
//     InvalidRequestBody. A null and an empty text are nothing, but for deviceCorrelationId.
//     Unknown parameters are ignored: samples send userCorrelationId.
//   - A verifyConfidenceThreshold outside 0 to 1 is InvalidRequestBody, for no code is said.
//   - A photo is JPEG, PNG, GIF or BMP, 1,024 to 6,000,000 bytes; all else of that size is
//     InvalidImage. Of a GIF and a BMP only the first letters are looked at. What is no file is
//     InvalidRequestBody, and so is no photo.
//   - The face that a photo has fills it, and its quality is high.
//   - Of the shapes of errors that reports have beside the page's, an inner error is played by
//     InvalidRequest with a reason; those without a code are not.
//   - How large a body may be is not known: 1 MiB of JSON, 20 MB of a form.
//   - The resource is approved for liveness; rates, quotas and firewalls come only where they are
//     scripted.
package azure
