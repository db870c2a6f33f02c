// Package sandbox has stand-ins for the vendors' servers, so that the gateway can be
// tried and tested without a contract or a network. It is written from the
// vendors' documents alone and shares no code with the adapters: a mistake made
// in one is not made in the other. Here an http.Handler is made of what a vendor's
// documents say: it plays scripted outcomes and keeps a ledger. Each vendor has a package
// of its own below, which says how its documents are read; standin, params and photo are
// what those share.
//
// A request is checked in this order, and the first failure is the answer. Between 2 and
// 3, an outcome that is scripted for the request may replace it: docs/sandbox.md.
//
//  1. the path and the method (a wrong one is an API that does not exist),
//  2. the size of the body,
//  3. who is calling: the parameters of the credentials or of the signature in
//     the order of the document's table, then whether they are right,
//  4. all other parameters in the order of the document's table,
//  5. whether biz_no is new (PC-GetToken).
//
// What the vendors' documents leave open is read like this, for all:
//
//   - A body of another media type, a broken one or one of more than 100 parts
//     carries no parameters, so that the first required one is missing.
//   - An empty value is an absent one. Of a repeated name the first value
//     counts. Names that the document does not have are ignored.
//   - A photo must be a file part (one with a file name), all else must not be. It is a
//     PNG or a JPEG; that a picture within a sound file makes no sense is not seen.
//
// Stand-ins know nothing of faces, permissions and quotas: errors about those are
// answered only where they are scripted. The http.Server around a stand-in sets the time
// limits, which must be at least 30 s for every outcome to be played in full.
package sandbox
