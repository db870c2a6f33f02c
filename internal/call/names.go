package call

import "google.golang.org/genproto/googleapis/rpc/code"

// FlowName returns the name of the call's flow for the log and the metrics, "none" if it is not known.
func (c *Call) FlowName() string {
	if c.Flow == 0 {
		return "none"
	}
	return c.Flow.String()
}

// CodeName returns the canonical name of the gRPC code, for example "INVALID_ARGUMENT".
func (c *Call) CodeName() string { return code.Code_name[int32(c.Code())] }
