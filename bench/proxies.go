package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/liveness-gateway/gateway/bench/internal/rig"
)

// Both proxies keep their connections to the vendor, have a worker for each core, log
// no call, and stream bodies instead of storing them first.

const nginxConfig = `
user root;
daemon off;
pid FOLDER/nginx.pid;
error_log stderr;
worker_processes CORES;
worker_rlimit_nofile 20000;
events { worker_connections 19000; }
http {
	access_log off;
	client_body_temp_path FOLDER/nginx-body;
	proxy_temp_path FOLDER/nginx-proxy;
	fastcgi_temp_path FOLDER/nginx-fastcgi;
	uwsgi_temp_path FOLDER/nginx-uwsgi;
	scgi_temp_path FOLDER/nginx-scgi;
	client_max_body_size 32m;
	keepalive_requests 1000000000;
	upstream vendor {
		server VENDOR;
		keepalive 2000;
		keepalive_requests 1000000000;
	}
	server {
		listen ADDRESS backlog=4096;
		location / {
			proxy_pass http://vendor;
			proxy_http_version 1.1;
			proxy_set_header Connection "";
			proxy_request_buffering off;
		}
	}
}
`

const haproxyConfig = `
global
	maxconn 9500
	nbthread CORES
defaults
	mode http
	http-reuse always
	timeout connect 5s
	timeout client 60s
	timeout server 60s
frontend bench
	bind ADDRESS
	default_backend vendor
backend vendor
	server vendor VENDOR pool-max-conn 2000
`

func nginx(s *setup, c contender, a addresses) (rig.Command, error) {
	file, err := s.proxyConfig(c, a, nginxConfig)
	return rig.Command{Args: []string{s.programs[c.program], "-e", "stderr", "-p", s.folder, "-c", file}}, err
}

func haproxy(s *setup, c contender, a addresses) (rig.Command, error) {
	file, err := s.proxyConfig(c, a, haproxyConfig)
	return rig.Command{Args: []string{s.programs[c.program], "-db", "-f", file}}, err
}

// proxyConfig fills in a proxy's configuration and returns the file's absolute path.
func (s *setup) proxyConfig(c contender, a addresses, text string) (string, error) {
	file, err := filepath.Abs(filepath.Join(s.folder, c.name+".conf"))
	if err != nil {
		return "", err
	}
	text = strings.NewReplacer(
		"FOLDER", s.folder, "CORES", strconv.Itoa(runtime.NumCPU()), "ADDRESS", a.http,
		"VENDOR", strings.TrimPrefix(s.vendor.Plain, "http://"),
	).Replace(text)
	return file, os.WriteFile(file, []byte(text), 0o600)
}
