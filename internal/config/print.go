package config

import (
	"io"
	"text/template"
)

// layout is the file as Print writes it. Text is quoted in Go's way, whose escapes
// YAML shares, so that no value is read back as a number or a boolean.
const layout = `listen:
  grpc: {{printf "%q" .Listen.GRPC}}
  rest: {{printf "%q" .Listen.REST}}
  admin: {{printf "%q" .Listen.Admin}}
  {{- with .Listen.Hosts}}
  hosts:
    {{- range .}}
    - {{printf "%q" .}}
    {{- end}}
  {{- end}}
  reflection: {{.Listen.Reflection}}
  pprof: {{.Listen.Pprof}}
allow_unauthenticated: {{.AllowUnauthenticated}}
allow_private_callbacks: {{.AllowPrivateCallbacks}}
log:
  level: {{.Log.Level}}
shutdown_grace: {{.ShutdownGrace}}
limits:
  max_calls: {{.Limits.MaxCalls}}
  max_photo_bytes: {{.Limits.MaxPhotoBytes}}
  max_connections: {{.Limits.MaxConnections}}
idempotency:
  max_keys: {{.Idempotency.MaxKeys}}
  max_bytes: {{.Idempotency.MaxBytes}}
  replay_margin: {{.Idempotency.ReplayMargin}}
  replay_time: {{.Idempotency.ReplayTime}}
accounts:
{{- range .Accounts}}
  {{printf "%q" .Name}}:
    provider: {{printf "%q" .Provider.Name}}
    {{- with .Region}}
    region: {{printf "%q" .}}
    {{- end}}
    base_url: {{printf "%q" .BaseURL.String}}
    path_prefix: {{printf "%q" .PathPrefix}}
    timeout: {{.Timeout}}
    max_connection_age: {{.MaxConnectionAge}}
    max_in_flight: {{.MaxInFlight}}
    {{- with .Proxy}}
    proxy: {{printf "%q" .String}}
    {{- end}}
    {{- with .CAFile}}
    ca_file: {{printf "%q" .}}
    {{- end}}
    {{- with .Options}}
    options:
      {{- range $name, $value := .}}
      {{$name}}: {{printf "%q" $value}}
      {{- end}}
    {{- end}}
    credentials:
    {{- range .Credentials}}
      - name: {{printf "%q" .Name}}
        {{- range $key, $from := .References}}
        {{$key}}: { {{- $from.Source}}: {{printf "%q" $from.Name -}} }
        {{- end}}
    {{- end}}
{{- end}}
routes:
{{- range .Routes}}
  - flow: {{.Flow}}
    {{- with .Scenario}}
    scenario: {{printf "%q" .}}
    {{- end}}
    order: {{if .Weighted}}weighted{{else}}ordered{{end}}
    after_ambiguous: {{if .StopAfterAmbiguous}}stop{{else}}continue{{end}}
    {{- with .AcceptedProducts}}
    accepted_products:
      {{- range .}}
      - {{printf "%q" .}}
      {{- end}}
    {{- end}}
    targets:
    {{- range .Targets}}
      - account: {{printf "%q" .Account}}
        product: {{printf "%q" .Product}}
        {{- with .Weight}}
        weight: {{.}}
        {{- end}}
        {{- with .Parameters}}
        parameters:
          {{- range $name, $value := .}}
          {{$name}}: {{printf "%q" $value}}
          {{- end}}
        {{- end}}
    {{- end}}
{{- end}}
{{- with .OutOfService}}
out_of_service:
{{- range .}}
  - reason: {{printf "%q" .Reason}}
    {{- with .Account}}
    account: {{printf "%q" .}}
    {{- end}}
    {{- with .Product}}
    product: {{printf "%q" .}}
    {{- end}}
{{- end}}
{{- end}}
`

// Print writes the configuration with its defaults as YAML that Parse reads
// again to the same effect. Secrets appear as their references, paths in full.
func (c *Config) Print(w io.Writer) error {
	file, err := template.New("configuration").Parse(layout)
	if err != nil {
		return err
	}
	return file.Execute(w, c)
}
