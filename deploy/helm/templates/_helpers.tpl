{{/* The name of everything, with room for what is put behind it. */}}
{{- define "gateway.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What selects the pods: it can never change. */}}
{{- define "gateway.selector" -}}
{app.kubernetes.io/name: {{ .Chart.Name }}, app.kubernetes.io/instance: {{ .Release.Name }}}
{{- end -}}

{{- define "gateway.labels" -}}
{app.kubernetes.io/name: {{ .Chart.Name }}, app.kubernetes.io/instance: {{ .Release.Name }}, app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}}
{{- end -}}

{{- define "gateway.tls" -}}
{{- .Values.secrets.tls | default (printf "%s-tls" (include "gateway.name" .)) -}}
{{- end -}}

{{- define "gateway.credentials" -}}
{{- .Values.secrets.credentials | default (include "gateway.name" .) -}}
{{- end -}}

{{- define "gateway.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) -}}
{{- end -}}
{{- end -}}

{{/* The text of the configuration. */}}
{{- define "gateway.config" -}}
{{- .Values.config | default (.Files.Get "gateway.yaml") | trimSuffix "\n" -}}
{{- end -}}

{{/* The same as YAML that can be read; it is checked here as far as the pod depends on it. */}}
{{- define "gateway.parsed" -}}
{{- $config := include "gateway.config" . | fromYaml -}}
{{- with $config.Error -}}
{{- fail (printf "config is no YAML: %s" .) -}}
{{- end -}}
{{- $config | toJson -}}
{{- end -}}

{{/* The port of a listener: list CONFIGURATION NAME. */}}
{{- define "gateway.port" -}}
{{- $address := dig "listen" (index . 1) "" (index . 0) | toString -}}
{{- $port := regexFind "[0-9]+$" $address -}}
{{- if or (not $port) (regexMatch "^(127\\.|localhost|\\[::1\\])" $address) -}}
{{- fail (printf "config: listen.%s must be off loopback and have a port, such as \":9090\", or nobody can reach it in a pod" (index . 1)) -}}
{{- end -}}
{{- $port -}}
{{- end -}}

{{/* How probes and Prometheus speak to the admin listener. */}}
{{- define "gateway.adminScheme" -}}
{{- $config := include "gateway.parsed" . | fromJson -}}
{{- ternary "HTTPS" "HTTP" (not (empty (dig "listen" "admin_tls" dict $config))) -}}
{{- end -}}

{{/* A duration of the configuration, such as 1m30s, in whole seconds. */}}
{{- define "gateway.seconds" -}}
{{- $zero := toDate "2006-01-02" "2000-01-01" -}}
{{- sub ($zero | mustDateModify (printf "+%s" .) | unixEpoch) ($zero | unixEpoch) -}}
{{- end -}}

{{/* When the pod is killed: 5 s after all that is to happen before. */}}
{{- define "gateway.killedAfter" -}}
{{- $config := include "gateway.parsed" . | fromJson -}}
{{- $delay := include "gateway.seconds" (dig "shutdown_delay" "0s" $config) -}}
{{- $grace := include "gateway.seconds" (dig "shutdown_grace" "10s" $config) -}}
{{- add .Values.preStopSeconds $delay $grace 5 -}}
{{- end -}}

{{/* What of the configuration needs a restart: docs/operating.md. All else is taken in as it changes. */}}
{{- define "gateway.restartedBy" -}}
{{- $config := include "gateway.parsed" . | fromJson -}}
{{- list (pick $config "listen" "idempotency" "redis") (dig "limits" "max_connections" 0 $config) | toJson | sha256sum -}}
{{- end -}}

{{/* How the Prometheus operator reads the metrics of a pod: list CONTEXT INTERVAL. */}}
{{- define "gateway.endpoint" -}}
{{- $context := index . 0 -}}
- port: admin
  path: /metrics
  interval: {{ index . 1 }}
  {{- if eq (include "gateway.adminScheme" $context) "HTTPS" }}
  scheme: https
  tlsConfig:
    ca: {secret: {name: {{ include "gateway.tls" $context }}, key: ca.crt}}
    serverName: {{ include "gateway.name" $context }}-grpc.{{ $context.Release.Namespace }}.svc.cluster.local
  {{- else }}
  scheme: http
  {{- end }}
  # Alerts and dashboards go by this name.
  relabelings:
    - {targetLabel: job, replacement: liveness-gateway}
{{- end -}}
