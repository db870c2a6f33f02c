package system

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/yaml"

	"github.com/liveness-gateway/gateway/internal/certtest"
)

// effective is what the tests read of "gateway config print".
type effective struct {
	Listen        struct{ GRPC, REST, Admin, Operator string }
	ShutdownGrace string `json:"shutdown_grace"`
}

// effectiveConfig runs the ConfigMap's file through the gateway, with the environment
// that the container has and no other.
func (m *manifests) effectiveConfig(t *testing.T) effective {
	t.Helper()
	folder := t.TempDir()
	file := filepath.Join(folder, "gateway.yaml")
	text := strings.ReplaceAll(m.configMaps["liveness-gateway"].Data["gateway.yaml"], tlsFolder, folder)
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	writeCertificates(t, folder, certtest.New(t))
	command := exec.Command(gateway, "config", "print", file)
	command.Env = []string{}
	for _, variable := range m.container().Env {
		if variable.ValueFrom.SecretKeyRef != nil {
			command.Env = append(command.Env, variable.Name+"=a-secret")
		}
	}
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s", output)
	var c effective
	require.NoError(t, yaml.Unmarshal(output, &c))
	return c
}

// tlsFolder is where the Secret with the certificates is mounted, as files that change with it.
const tlsFolder = "/etc/gateway-tls"

func portOf(t *testing.T, address string) int32 {
	t.Helper()
	_, text, err := net.SplitHostPort(address)
	require.NoError(t, err)
	port, err := strconv.ParseInt(text, 10, 32)
	require.NoError(t, err)
	return int32(port)
}

func TestPodMatchesItsConfiguration(t *testing.T) {
	m := readManifests(t)
	c, container := m.effectiveConfig(t), m.container()
	require.Equal(t, []string{"serve", "--config", "/etc/gateway/gateway.yaml"}, container.Args)
	require.Contains(t, container.VolumeMounts, corev1.VolumeMount{Name: "config", MountPath: "/etc/gateway", ReadOnly: true})
	require.Equal(t, []corev1.ContainerPort{
		{Name: "grpc", ContainerPort: portOf(t, c.Listen.GRPC)},
		{Name: "rest", ContainerPort: portOf(t, c.Listen.REST)},
		{Name: "admin", ContainerPort: portOf(t, c.Listen.Admin)},
	}, container.Ports)
	require.Contains(t, container.VolumeMounts, corev1.VolumeMount{Name: "tls", MountPath: tlsFolder, ReadOnly: true})
	for path, probe := range map[string]*corev1.Probe{"/readyz": container.ReadinessProbe, "/healthz": container.LivenessProbe} {
		require.Equal(t, &corev1.HTTPGetAction{Path: path, Port: intstr.FromString("admin"), Scheme: corev1.URISchemeHTTPS}, probe.HTTPGet)
	}
	require.Regexp(t, `^127\.0\.0\.1:`, c.Listen.Operator)

	grace, err := time.ParseDuration(c.ShutdownGrace)
	require.NoError(t, err)
	before := time.Duration(container.Lifecycle.PreStop.Sleep.Seconds) * time.Second
	killed := time.Duration(*m.pod().TerminationGracePeriodSeconds) * time.Second
	require.Less(t, before+grace, killed, "calls under way would be killed")

	for _, volume := range m.pod().Volumes {
		if volume.ConfigMap != nil {
			require.Contains(t, m.configMaps, volume.ConfigMap.Name)
		}
		if volume.Secret != nil {
			explained, err := os.ReadFile(deploy + "/kubernetes/kustomization.yaml")
			require.NoError(t, err)
			require.Contains(t, string(explained), "secretName: "+volume.Secret.SecretName)
		}
	}
}

// The ConfigMap is a copy, so that it can be applied as it is.
func TestConfigMapHasTheExample(t *testing.T) {
	example, err := os.ReadFile(deploy + "/config.example.yaml")
	require.NoError(t, err)
	_, want, found := strings.Cut(string(example), "\naccounts:\n")
	require.True(t, found)
	_, got, found := strings.Cut(readManifests(t).configMaps["liveness-gateway"].Data["gateway.yaml"], "\naccounts:\n")
	require.True(t, found)
	require.Equal(t, want, got)
}

func TestPodsAreConfined(t *testing.T) {
	m := readManifests(t)
	require.False(t, *m.pod().AutomountServiceAccountToken)
	require.True(t, *m.pod().SecurityContext.RunAsNonRoot)
	require.Equal(t, corev1.SeccompProfileTypeRuntimeDefault, m.pod().SecurityContext.SeccompProfile.Type)
	for _, container := range m.pod().Containers {
		limits := container.SecurityContext
		require.Positive(t, *limits.RunAsUser, container.Name)
		require.True(t, *limits.ReadOnlyRootFilesystem, container.Name)
		require.False(t, *limits.AllowPrivilegeEscalation, container.Name)
		require.Equal(t, []corev1.Capability{"ALL"}, limits.Capabilities.Drop, container.Name)
		memory := container.Resources.Requests.Memory()
		require.Negative(t, memory.Cmp(*container.Resources.Limits.Memory()), container.Name)
	}
	require.Contains(t, m.container().Env, corev1.EnvVar{
		Name: "GOMEMLIMIT", ValueFrom: &corev1.EnvVarSource{
			ResourceFieldRef: &corev1.ResourceFieldSelector{Resource: "requests.memory"},
		},
	})
}

func TestEverythingSelectsThePods(t *testing.T) {
	m := readManifests(t)
	pods := labels.Set(m.deployment.Spec.Template.Labels)
	selectors := []*metav1.LabelSelector{m.deployment.Spec.Selector, m.budget.Spec.Selector, &m.policy.Spec.PodSelector}
	ports := map[string]bool{}
	for _, port := range m.container().Ports {
		ports[port.Name] = true
	}
	require.Len(t, m.services, 2)
	for i := range m.services {
		service := &m.services[i].Spec
		selectors = append(selectors, &metav1.LabelSelector{MatchLabels: service.Selector})
		for _, port := range service.Ports {
			require.True(t, ports[port.TargetPort.StrVal], port.Name)
			require.Equal(t, port.Name == "grpc", service.ClusterIP == corev1.ClusterIPNone, "gRPC needs a headless service")
		}
	}
	for _, each := range selectors {
		selector, err := metav1.LabelSelectorAsSelector(each)
		require.NoError(t, err)
		require.False(t, selector.Empty())
		require.True(t, selector.Matches(pods), selector)
	}
	for _, ingress := range m.policy.Spec.Ingress {
		require.NotEmpty(t, ingress.From, "everybody may call")
		for _, port := range ingress.Ports {
			require.True(t, ports[port.Port.StrVal], port.Port)
		}
	}
}

// The secret is made by hand, by a command that names every key.
func TestSecretIsExplained(t *testing.T) {
	explained, err := os.ReadFile(deploy + "/kubernetes/kustomization.yaml")
	require.NoError(t, err)
	for _, variable := range readManifests(t).container().Env {
		if from := variable.ValueFrom.SecretKeyRef; from != nil {
			require.Equal(t, "liveness-gateway", from.Name)
			require.Contains(t, string(explained), "--from-literal="+from.Key+"=")
		}
	}
}
