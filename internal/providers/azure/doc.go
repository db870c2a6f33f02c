// Package azure is the adapter of Azure AI Face. Two products, azure.liveness and
// azure.liveness-with-verify, from "Create Liveness Session", "Create Liveness With Verify Session"
// (REST API v1.2), "Azure AI Face API error codes" and "Tutorial: Detect liveness in faces" of
// learn.microsoft.com, and the specification of v1.2 in Azure/azure-rest-api-specs.
//
// The pages contradict each other on the form of liveness with verify: it is sent as the
// specification and the vendor's samples have it, a part for each parameter. Of InvalidImage they
// tell three meanings, no image, no face and several faces, apart by its text alone, which never
// decides: it is read as a photo that cannot be read. What they leave open: whether a session is
// billed that is not used, how often its token starts the client, whether the default of
// enableSessionImage is true, and whether 1 KB and 6 MB of a photo are powers of two. A v1.2 request
// has no documented place for the user's id, nor for a business number.
//
// Access is by a resource's key. A token of Entra ID takes a request of its own before.
package azure
