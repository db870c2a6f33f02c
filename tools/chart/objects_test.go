package main

import (
	"errors"
	"io"
	"strings"
	"testing"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// objects are what a release consists of.
type objects struct {
	all         []runtime.Object
	deployment  *appsv1.Deployment
	configMaps  map[string]*corev1.ConfigMap
	services    map[string]*corev1.Service
	account     *corev1.ServiceAccount
	policy      *networkingv1.NetworkPolicy
	budget      *policyv1.PodDisruptionBudget
	autoscaler  *autoscalingv2.HorizontalPodAutoscaler
	podMonitor  *monitoringv1.PodMonitor
	svcMonitor  *monitoringv1.ServiceMonitor
	rule        *monitoringv1.PrometheusRule
	notes       string
	annotations map[string]string
}

func (o *objects) pod() *corev1.PodSpec         { return &o.deployment.Spec.Template.Spec }
func (o *objects) container() *corev1.Container { return &o.pod().Containers[0] }

var tested = release{Name: "liveness-gateway", Namespace: "liveness"}

// rendered decodes what the chart makes of the values, and refuses unknown and repeated fields.
func rendered(t *testing.T, values map[string]any) *objects {
	t.Helper()
	return renderedAs(t, tested, values)
}

func renderedAs(t *testing.T, r release, values map[string]any) *objects {
	t.Helper()
	files, err := render(r, values)
	require.NoError(t, err)
	o := &objects{configMaps: map[string]*corev1.ConfigMap{}, services: map[string]*corev1.Service{}, notes: files["NOTES.txt"]}
	delete(files, "NOTES.txt")
	decoder := strictDecoder(t)
	for name, text := range files {
		documents := yaml.NewYAMLReader(newReader(text))
		for {
			document, err := documents.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err)
			object, _, err := decoder.Decode(document, nil, nil)
			require.NoError(t, err, "%s:\n%s", name, document)
			o.add(t, object)
		}
	}
	o.annotations = o.deployment.Spec.Template.Annotations
	return o
}

func strictDecoder(t *testing.T) runtime.Decoder {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		appsv1.AddToScheme, autoscalingv2.AddToScheme, corev1.AddToScheme, monitoringv1.AddToScheme,
		networkingv1.AddToScheme, policyv1.AddToScheme,
	} {
		require.NoError(t, add(scheme))
	}
	return serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()
}

func (o *objects) add(t *testing.T, object runtime.Object) {
	t.Helper()
	o.all = append(o.all, object)
	switch object := object.(type) {
	case *appsv1.Deployment:
		o.deployment = object
	case *corev1.ConfigMap:
		o.configMaps[object.Name] = object
	case *corev1.Service:
		o.services[object.Name] = object
	case *corev1.ServiceAccount:
		o.account = object
	case *networkingv1.NetworkPolicy:
		o.policy = object
	case *policyv1.PodDisruptionBudget:
		o.budget = object
	case *autoscalingv2.HorizontalPodAutoscaler:
		o.autoscaler = object
	case *monitoringv1.PodMonitor:
		o.podMonitor = object
	case *monitoringv1.ServiceMonitor:
		o.svcMonitor = object
	case *monitoringv1.PrometheusRule:
		o.rule = object
	default:
		require.Failf(t, "unexpected object", "%T", object)
	}
}

// set returns values with one of them set, by a path such as "image.digest".
func set(path string, value any) map[string]any {
	head, rest, deeper := strings.Cut(path, ".")
	if deeper {
		value = set(rest, value)
	}
	return map[string]any{head: value}
}
