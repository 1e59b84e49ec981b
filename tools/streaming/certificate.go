package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net"
	"time"

	"k8s.io/client-go/rest"
)

// servingCertificate reads a certificate and its key, or makes one that nobody signed.
func servingCertificate(certificate, key, address string) (tls.Certificate, error) {
	if certificate != "" {
		return tls.LoadX509KeyPair(certificate, key)
	}
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "streaming"},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.AddDate(1, 0, 0),
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses:  []net.IP{net.ParseIP(address)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private}, nil
}

// authority is the one that a kubeconfig trusts. It signed the API server's client certificate too.
func authority(config *rest.Config) (*x509.CertPool, error) {
	if err := rest.LoadTLSFiles(config); err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(config.TLSClientConfig.CAData) {
		return nil, errors.New("the kubeconfig has no certificate authority")
	}
	return pool, nil
}
