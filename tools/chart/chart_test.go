package main

import (
	"bufio"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/yaml"
)

func newReader(text string) *bufio.Reader { return bufio.NewReader(strings.NewReader(text)) }

// everything has all that is off by default on, and every list and map filled.
func everything(t *testing.T) map[string]any {
	t.Helper()
	text, err := os.ReadFile("testdata/everything.yaml")
	require.NoError(t, err)
	values := map[string]any{}
	require.NoError(t, yaml.Unmarshal(text, &values))
	return values
}

// minimal is a configuration as far as the chart reads it.
const minimal = `
listen: {grpc: ":9000", rest: ":8000", admin: ":9100"}
allow_plaintext: true
allow_unauthenticated: true
`

// variants are values whose pods must be as confined as the defaults'.
func variants(t *testing.T) map[string]map[string]any {
	t.Helper()
	return map[string]map[string]any{
		"defaults": nil, "everything": everything(t), "plaintext": set("config", minimal),
		"one replica, no preStop": {"replicas": 1, "preStopSeconds": 0},
	}
}

func TestPodsAreRestricted(t *testing.T) {
	checks, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	require.NoError(t, err)
	for name, values := range variants(t) {
		o := rendered(t, values)
		template := o.deployment.Spec.Template
		results := checks.EvaluatePod(api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}, &template.ObjectMeta, &template.Spec)
		require.NotEmpty(t, results, name)
		result := policy.AggregateCheckResults(results)
		require.True(t, result.Allowed, "%s: %s: %s", name, result.ForbiddenReason(), result.ForbiddenDetail())

		pod := o.pod()
		require.Equal(t, o.account.Name, pod.ServiceAccountName, name)
		require.False(t, *o.account.AutomountServiceAccountToken, name)
		require.False(t, *pod.AutomountServiceAccountToken, name)
		require.False(t, *pod.EnableServiceLinks, name)
		require.EqualValues(t, 65532, *pod.SecurityContext.RunAsUser, name)
		require.EqualValues(t, 65532, *pod.SecurityContext.RunAsGroup, name)
		require.True(t, *o.container().SecurityContext.ReadOnlyRootFilesystem, name)
		memory := o.container().Resources.Requests.Memory()
		require.Negative(t, memory.Cmp(*o.container().Resources.Limits.Memory()), name)
	}
}

// The checks themselves notice: a pod without one of the settings is refused.
func TestRestrictedRefuses(t *testing.T) {
	checks, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	require.NoError(t, err)
	for name, loosen := range map[string]func(*corev1.PodSpec){
		"as root":      func(p *corev1.PodSpec) { p.SecurityContext.RunAsNonRoot = nil },
		"seccomp":      func(p *corev1.PodSpec) { p.SecurityContext.SeccompProfile = nil },
		"capabilities": func(p *corev1.PodSpec) { p.Containers[0].SecurityContext.Capabilities = nil },
		"escalation":   func(p *corev1.PodSpec) { p.Containers[0].SecurityContext.AllowPrivilegeEscalation = nil },
		"the host's paths": func(p *corev1.PodSpec) {
			p.Volumes[0].VolumeSource = corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/"}}
		},
	} {
		template := rendered(t, nil).deployment.Spec.Template
		loosen(&template.Spec)
		result := policy.AggregateCheckResults(checks.EvaluatePod(
			api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}, &template.ObjectMeta, &template.Spec))
		require.False(t, result.Allowed, name)
	}
}

func TestTyposAreRefused(t *testing.T) {
	every := append(keysOf("", defaults(t)), "networkPolicy.vendors.a.cidrs", "networkPolicy.proxy.to", "image.pullSecrets")
	require.Greater(t, len(every), 40)
	for _, path := range every {
		_, err := render(tested, set(path+"x", "y"))
		if open := openAt(path); open {
			continue // whatever it is, it is not the chart's to know
		}
		require.Error(t, err, path+"x is a typo and was taken")
		require.ErrorContains(t, err, filepath.Ext("." + path)[1:]+"x", "the message names it")
	}
}

func defaults(t *testing.T) map[string]any {
	t.Helper()
	text, err := os.ReadFile(chartFolder + "/values.yaml")
	require.NoError(t, err)
	values := map[string]any{}
	require.NoError(t, yaml.Unmarshal(text, &values))
	return values
}

// keysOf lists the paths of all keys, those of lists apart.
func keysOf(prefix string, values map[string]any) []string {
	var keys []string
	for key, value := range values {
		keys = append(keys, prefix+key)
		if deeper, ok := value.(map[string]any); ok {
			keys = append(keys, keysOf(prefix+key+".", deeper)...)
		}
	}
	return keys
}

// openAt reports whether the key is one of a map whose keys are the operator's.
func openAt(path string) bool {
	return strings.HasPrefix(path, "monitoring.dashboards.labels.")
}

func TestWrongValuesAreRefused(t *testing.T) {
	for path, value := range map[string]any{
		"replicas": 0, "image.digest": "sha256:abc", "image.repository": "Upper Case", "preStopSeconds": -1, "config": map[string]any{},
		"resources.limits.memory": 1024, "spread.zones": "Sometimes", "podDisruptionBudget.maxUnavailable": 0, "secrets.tls": "No_Name",
		"networkPolicy.callers": []any{}, "networkPolicy.vendors": map[string]any{"a": map[string]any{"cidrs": []any{"api.example.com"}}},
		"networkPolicy.proxy": map[string]any{"port": 3128}, "env": []any{map[string]any{"value": "x"}}, "autoscaling.callsPerReplica": 0,
	} {
		_, err := render(tested, set(path, value))
		require.ErrorContains(t, err, "don't meet the specifications", path)
	}
	for text, says := range map[string]string{
		"listen: [": "config is no YAML",
		`listen: {grpc: "127.0.0.1:9090", rest: ":8080", admin: ":9091"}`: "listen.grpc must be off loopback",
		`listen: {grpc: ":9090", rest: ":8080"}`:                          "listen.admin must be off loopback",
		minimal + "shutdown_grace: soon":                                  "soon",
	} {
		_, err := render(tested, set("config", text))
		require.ErrorContains(t, err, says)
	}
	_, err := render(tested, map[string]any{"autoscaling": map[string]any{"enabled": true, "minReplicas": 4, "maxReplicas": 3}})
	require.ErrorContains(t, err, "maxReplicas is less than minReplicas")
}

// The configuration alone says ports, TLS and how long the end takes.
func TestPodFollowsItsConfiguration(t *testing.T) {
	for text, want := range map[string]struct {
		ports  []int32
		scheme corev1.URIScheme
		killed int64
	}{
		"":      {[]int32{9090, 8080, 9091}, corev1.URISchemeHTTPS, 5 + 5 + 20 + 5},
		minimal: {[]int32{9000, 8000, 9100}, corev1.URISchemeHTTP, 5 + 10 + 5},
		minimal + "shutdown_delay: 1m30s\nshutdown_grace: 2m": {[]int32{9000, 8000, 9100}, corev1.URISchemeHTTP, 5 + 90 + 120 + 5},
	} {
		o := rendered(t, set("config", text))
		var ports []int32
		for _, port := range o.container().Ports {
			ports = append(ports, port.ContainerPort)
		}
		require.Equal(t, want.ports, ports)
		for path, probe := range map[string]*corev1.Probe{"/readyz": o.container().ReadinessProbe, "/healthz": o.container().LivenessProbe} {
			require.Equal(t, &corev1.HTTPGetAction{Path: path, Port: intstr.FromString("admin"), Scheme: want.scheme}, probe.HTTPGet)
		}
		require.Equal(t, want.killed, *o.pod().TerminationGracePeriodSeconds)
	}
}

// What the gateway takes in itself rolls no pod; what needs a restart does.
func TestChangesThatNeedARestartRollThePods(t *testing.T) {
	before := rendered(t, set("config", minimal)).annotations["checksum/config"]
	require.Len(t, before, 64)
	for change, rolls := range map[string]bool{
		"accounts: {}": false, "routes: []": false, "shutdown_grace: 11s": false, "log: {level: debug}": false, "limits: {max_calls: 3}": false,
		"limits: {max_connections: 3}": true, "redis: {addresses: [a:1]}": true, "idempotency: {max_keys: 3}": true,
	} {
		after := rendered(t, set("config", minimal+change+"\n")).annotations["checksum/config"]
		require.Equal(t, rolls, before != after, change)
	}
	listen := strings.Replace(minimal, "9000", "9001", 1)
	require.NotEqual(t, before, rendered(t, set("config", listen)).annotations["checksum/config"])
}

func TestEverythingSelectsThePods(t *testing.T) {
	for _, name := range []string{"liveness-gateway", "blue", strings.Repeat("long-", 10) + "liv"} {
		o := renderedAs(t, release{name, "bank"}, everything(t))
		pods := labels.Set(o.deployment.Spec.Template.Labels)
		selectors := []*metav1.LabelSelector{
			o.deployment.Spec.Selector, o.budget.Spec.Selector, &o.policy.Spec.PodSelector, &o.podMonitor.Spec.Selector,
			o.pod().TopologySpreadConstraints[0].LabelSelector, o.pod().TopologySpreadConstraints[1].LabelSelector,
		}
		ports := map[string]bool{}
		for _, port := range o.container().Ports {
			ports[port.Name] = true
		}
		require.Len(t, o.services, 3)
		for _, service := range o.services {
			selectors = append(selectors, &metav1.LabelSelector{MatchLabels: service.Spec.Selector})
			require.Len(t, service.Spec.Ports, 1)
			port := service.Spec.Ports[0]
			require.True(t, ports[port.TargetPort.StrVal], port.Name)
			require.Equal(t, port.Name == "grpc" || port.Name == "admin", service.Spec.ClusterIP == corev1.ClusterIPNone, port.Name)
			require.Equal(t, port.Name == "admin", service.Spec.PublishNotReadyAddresses, "who is not ready gets no calls, and is scraped")
		}
		for _, each := range selectors {
			selector, err := metav1.LabelSelectorAsSelector(each)
			require.NoError(t, err)
			require.False(t, selector.Empty())
			require.True(t, selector.Matches(pods), selector)
		}
		require.Equal(t, o.deployment.Name, o.autoscaler.Spec.ScaleTargetRef.Name)
		for _, object := range o.all {
			named := object.(metav1.Object).GetName()
			require.LessOrEqual(t, len(named), 63, named)
			require.True(t, strings.HasPrefix(named, o.deployment.Name[:min(40, len(o.deployment.Name))]), named)
		}
	}
}

// Two releases in one namespace share neither a name nor a pod.
func TestReleasesAreApart(t *testing.T) {
	blue, green := renderedAs(t, release{"blue", "bank"}, nil), renderedAs(t, release{"green", "bank"}, nil)
	selector, err := metav1.LabelSelectorAsSelector(blue.deployment.Spec.Selector)
	require.NoError(t, err)
	require.False(t, selector.Matches(labels.Set(green.deployment.Spec.Template.Labels)))
	require.NotEqual(t, blue.deployment.Name, green.deployment.Name)
}

func TestImageIsNamedByItsDigest(t *testing.T) {
	require.Equal(t, "registry.example/liveness-gateway:v0.1.0", rendered(t, nil).container().Image)
	digest := "sha256:" + strings.Repeat("0a", 32)
	require.Equal(t, "registry.example/liveness-gateway@"+digest, rendered(t, set("image.digest", digest)).container().Image)
}

// Secrets are files of folders, which change, and nothing of them is in the environment.
func TestSecretsAreFiles(t *testing.T) {
	o := rendered(t, nil)
	for _, variable := range o.container().Env {
		require.Nil(t, variable.ValueFrom.SecretKeyRef, variable.Name)
	}
	mounted := map[string]string{}
	for _, volume := range o.pod().Volumes {
		if volume.Secret != nil {
			require.EqualValues(t, 0o440, *volume.Secret.DefaultMode)
			mounted[volume.Name] = volume.Secret.SecretName
		}
	}
	require.Equal(t, map[string]string{"credentials": "liveness-gateway", "tls": "liveness-gateway-tls"}, mounted)
	for _, mount := range o.container().VolumeMounts {
		require.Empty(t, mount.SubPath, "it would never change")
		require.True(t, mount.ReadOnly)
	}
	require.NotNil(t, o.pod().SecurityContext.FSGroup, "the files are the group's to read")
}

func TestNetworkPolicyNamesWhoIsCalled(t *testing.T) {
	cidrs := func(values map[string]any) (found []string) {
		for _, rule := range rendered(t, values).policy.Spec.Egress {
			for _, to := range rule.To {
				if to.IPBlock != nil {
					found = append(found, to.IPBlock.CIDR+" "+rule.Ports[0].Port.String())
				}
			}
		}
		return found
	}
	require.Equal(t, []string{"0.0.0.0/0 443"}, cidrs(nil))
	vendors := map[string]any{
		"megvii-cn":   map[string]any{"cidrs": []any{"203.0.113.0/24", "2001:db8::/32"}},
		"linkface-cn": map[string]any{"cidrs": []any{"198.51.100.7/32"}, "port": 8443},
	}
	require.ElementsMatch(t, []string{"203.0.113.0/24 443", "2001:db8::/32 443", "198.51.100.7/32 8443"}, cidrs(set("networkPolicy.vendors", vendors)))
	proxy := map[string]any{"to": []any{map[string]any{"ipBlock": map[string]any{"cidr": "192.0.2.1/32"}}}, "port": 3128}
	require.Equal(t, []string{"192.0.2.1/32 3128"}, cidrs(map[string]any{"networkPolicy": map[string]any{"vendors": vendors, "proxy": proxy}}))
	for _, rule := range rendered(t, everything(t)).policy.Spec.Ingress {
		require.NotEmpty(t, rule.From, "everybody may call")
	}
	require.Nil(t, rendered(t, set("networkPolicy.enabled", false)).policy)
}

func TestAutoscaling(t *testing.T) {
	require.EqualValues(t, 2, *rendered(t, nil).deployment.Spec.Replicas)
	o := rendered(t, set("autoscaling.enabled", true))
	require.Nil(t, o.deployment.Spec.Replicas, "the autoscaler's number would be overwritten")
	require.Equal(t, "liveness_gateway_calls_inflight", o.autoscaler.Spec.Metrics[0].Pods.Metric.Name)
}

// The alerts and dashboards are those of deploy/, all of them.
func TestMonitoringHasOneSource(t *testing.T) {
	o := rendered(t, everything(t))
	var want, got []string
	alert := regexp.MustCompile(`(?m)^ +- (?:alert|record): (\S+)$`)
	files, err := filepath.Glob("../../deploy/prometheus/*.yaml")
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		if !strings.HasSuffix(file, "_test.yaml") {
			for _, match := range alert.FindAllStringSubmatch(string(text), -1) {
				want = append(want, match[1])
			}
		}
	}
	for _, group := range o.rule.Spec.Groups {
		for _, rule := range group.Rules {
			got = append(got, rule.Alert+rule.Record)
		}
	}
	require.NotEmpty(t, want)
	require.ElementsMatch(t, want, got)

	dashboards, err := filepath.Glob("../../deploy/grafana/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, dashboards)
	held := map[string]string{}
	for _, configMap := range o.configMaps {
		maps.Copy(held, configMap.Data)
	}
	for _, file := range dashboards {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.JSONEq(t, string(text), held[filepath.Base(file)])
	}
	require.Equal(t, "job", o.podMonitor.Spec.PodMetricsEndpoints[0].RelabelConfigs[0].TargetLabel)
	require.Contains(t, o.podMonitor.Labels, "release", "by which the operator finds it")
	bare := rendered(t, nil)
	require.Nil(t, bare.podMonitor)
	require.Nil(t, bare.rule)
	require.Equal(t, []string{"liveness-gateway"}, slices.Collect(maps.Keys(bare.configMaps)))
}

// A ServiceMonitor finds one service, the one that has every replica, and reads what a PodMonitor
// reads.
func TestServiceMonitor(t *testing.T) {
	values := everything(t)
	monitoring := values["monitoring"].(map[string]any)
	monitoring["serviceMonitor"] = monitoring["podMonitor"]
	_, err := render(tested, values)
	require.ErrorContains(t, err, "would read every replica twice")
	pods := rendered(t, everything(t)).podMonitor
	delete(monitoring, "podMonitor")
	for name, values := range map[string]map[string]any{"TLS": values, "plaintext": {"config": minimal, "monitoring": monitoring}} {
		o := rendered(t, values)
		require.Nil(t, o.podMonitor, name)
		require.Contains(t, o.svcMonitor.Labels, "release", "by which the operator finds it")
		selector, err := metav1.LabelSelectorAsSelector(&o.svcMonitor.Spec.Selector)
		require.NoError(t, err)
		var found []string
		for _, service := range o.services {
			if selector.Matches(labels.Set(service.Labels)) {
				found = append(found, service.Name)
				require.Equal(t, service.Spec.Ports[0].Name, o.svcMonitor.Spec.Endpoints[0].Port)
				require.True(t, service.Spec.PublishNotReadyAddresses, "who is not ready is scraped too")
			}
		}
		require.Equal(t, []string{"liveness-gateway-admin"}, found, name)
		require.Equal(t, name == "TLS", o.svcMonitor.Spec.Endpoints[0].TLSConfig != nil)
		require.Equal(t, pods.Spec.PodMetricsEndpoints[0].RelabelConfigs, o.svcMonitor.Spec.Endpoints[0].RelabelConfigs)
	}
	require.Equal(t, pods.Spec.PodMetricsEndpoints[0].TLSConfig, &rendered(t, values).svcMonitor.Spec.Endpoints[0].TLSConfig.SafeTLSConfig)
}

// Whoever installs it is told the names of all that is missing.
func TestNotes(t *testing.T) {
	notes := rendered(t, nil).notes
	for _, want := range []string{
		"liveness-gateway-tls", "create secret generic liveness-gateway ", "liveness-gateway-caller=true", "--set-file config=",
		"dns:///liveness-gateway-grpc.liveness.svc.cluster.local:9090", "https://liveness-gateway.liveness.svc.cluster.local/v1/liveness-tokens", "monitoring.rules.enabled",
	} {
		require.Contains(t, notes, want)
	}
	require.NotContains(t, rendered(t, everything(t)).notes, "example configuration")
}

// What the chart runs without a configuration is the example, with secrets that are files.
func TestDefaultConfigurationIsTheExample(t *testing.T) {
	committed, err := os.ReadFile(chartFolder + "/gateway.yaml")
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "gateway.yaml")
	require.NoError(t, os.WriteFile(path, []byte("listen: {}\naccounts:\n  old: {}\n"), 0o600))
	require.NoError(t, writeExample(path))
	fresh, err := os.ReadFile(path)
	require.NoError(t, err)
	_, want, found := strings.Cut(string(fresh), "\naccounts:\n")
	require.True(t, found)
	require.NotContains(t, want, "old: {}")
	require.Contains(t, want, "api_key: {file: /etc/gateway-secrets/MEGVII_API_KEY}")
	require.Contains(t, want, "# A secret never stands in this file: {env: NAME} names a variable")
	_, got, found := strings.Cut(string(committed), "\naccounts:\n")
	require.True(t, found)
	require.Equal(t, want, got, "tools/generate.sh writes it anew")
	require.Equal(t, strings.TrimSuffix(string(committed), "\n")+"\n", rendered(t, nil).configMaps["liveness-gateway"].Data["gateway.yaml"])
}

func TestManifestsAreWhatTheChartRenders(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "stale.yaml"), []byte(written+"kind: Old\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "kustomization.yaml"), []byte("kind: Kustomization\n"), 0o600))
	require.NoError(t, write(folder))
	require.NoFileExists(t, filepath.Join(folder, "stale.yaml"))
	require.FileExists(t, filepath.Join(folder, "kustomization.yaml"), "it is not ours")
	files, err := filepath.Glob(manifestFolder + "/*.yaml")
	require.NoError(t, err)
	for _, file := range files {
		if filepath.Base(file) == "kustomization.yaml" {
			continue
		}
		committed, err := os.ReadFile(file)
		require.NoError(t, err)
		fresh, err := os.ReadFile(filepath.Join(folder, filepath.Base(file)))
		require.NoError(t, err, "it is rendered no more")
		require.Equal(t, string(fresh), string(committed), "tools/generate.sh writes it anew")
	}
}
