package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53targets"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// tlsPolicy is TLS 1.3, or 1.2 with forward secrecy and authenticated encryption alone, and hybrid post-quantum key
// exchange for the clients that know it: recorded payments are worth decrypting later.
//
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
const tlsPolicy = awselasticloadbalancingv2.SslPolicy_TLS13_12_RES_PQ

// front is what the listeners have in common: with a certificate they speak HTTPS, without HTTP.
type front struct {
	balancer    awselasticloadbalancingv2.ApplicationLoadBalancer
	certificate awscertificatemanager.ICertificate // nil: none
	redirect    awselasticloadbalancingv2.ApplicationListener
}

// Port 80 has a listener of the same logical id with a certificate and without. A load balancer has one listener a port,
// and CloudFormation makes before it deletes: two resources that want the port in turn could neither be switched nor rolled
// back.
const httpListener = "HttpListener"

// newFront finds or makes the certificate and points the configured domain at the load balancer. HTTP is then only good
// for a redirect; without a certificate it is what there is, and synth warns of it.
func newFront(scope constructs.Construct, balancer awselasticloadbalancingv2.ApplicationLoadBalancer, config LoadBalancerConfig) front {
	if !config.TLS() {
		warnOfPlainHTTP(balancer)
		return front{balancer: balancer}
	}
	redirect := awselasticloadbalancingv2.NewApplicationListener(scope, new(httpListener), &awselasticloadbalancingv2.ApplicationListenerProps{
		LoadBalancer: balancer,
		Protocol:     awselasticloadbalancingv2.ApplicationProtocol_HTTP,
		Port:         jsii.Number(httpPort),
		Open:         new(false),
		DefaultAction: awselasticloadbalancingv2.ListenerAction_Redirect(&awselasticloadbalancingv2.RedirectOptions{
			Protocol: new("HTTPS"), Port: jsii.Sprintf("%d", httpsPort), Permanent: new(true),
		}),
	})
	lintTags(redirect)
	suppress(redirect, Suppression{
		Rules:    []string{"PCI.DSS.321-ELBv2ACMCertificateRequired", "NIST.800.53.R5-ELBv2ACMCertificateRequired"},
		Severity: "MEDIUM",
		Reason:   "all that it answers is a redirect to HTTPS, and PAY-ENTRANCE-06 holds it to that",
		Accepted: "whoever calls it: a client that begins with http:// has sent its request in clear text before it is told",
	})
	certificate := newCertificate(scope, newDomain(scope, balancer, config), config)
	return front{balancer: balancer, certificate: certificate, redirect: redirect}
}

// newDomain points the domain at the load balancer and returns its zone, nil without a domain.
func newDomain(scope constructs.Construct, balancer awselasticloadbalancingv2.ApplicationLoadBalancer, config LoadBalancerConfig) awsroute53.IHostedZone {
	if config.DomainName == "" {
		return nil
	}
	zone := awsroute53.HostedZone_FromHostedZoneAttributes(scope, new("Zone"), &awsroute53.HostedZoneAttributes{
		HostedZoneId: &config.HostedZoneID, ZoneName: &config.ZoneName,
	})
	awsroute53.NewARecord(scope, new("Domain"), &awsroute53.ARecordProps{
		Zone:       zone,
		RecordName: jsii.Sprintf("%s.", config.DomainName),
		Target:     awsroute53.RecordTarget_FromAlias(awsroute53targets.NewLoadBalancerTarget(balancer, nil)),
	})
	return zone
}

// newCertificate takes the given certificate, and else has ACM issue one that the zone vouches for.
func newCertificate(scope constructs.Construct, zone awsroute53.IHostedZone, config LoadBalancerConfig) awscertificatemanager.ICertificate {
	if config.CertificateArn != "" {
		return awscertificatemanager.Certificate_FromCertificateArn(scope, new("Certificate"), &config.CertificateArn)
	}
	return awscertificatemanager.NewCertificate(scope, new("Certificate"), &awscertificatemanager.CertificateProps{
		DomainName: &config.DomainName,
		Validation: awscertificatemanager.CertificateValidation_FromDns(zone),
	})
}

// plainHTTP is of listeners where there is no certificate: never in production, which is refused before the first
// construct.
var plainHTTP = Suppression{
	Rules: []string{
		"PCI.DSS.321-ALBHttpToHttpsRedirection", "NIST.800.53.R5-ALBHttpToHttpsRedirection", "CT.ELASTICLOADBALANCING.PR.1",
		"PCI.DSS.321-ELBv2ACMCertificateRequired", "NIST.800.53.R5-ELBv2ACMCertificateRequired", "CT.ELASTICLOADBALANCING.PR.2",
	},
	Severity: "MEDIUM",
	Reason:   "an environment without a certificate is for trying out; synth warns of it, and production refuses to be one",
	Accepted: "whoever deploys it: no card number may be sent there",
}

// newProduction defines the listener that customers come to.
func (f front) newProduction(scope constructs.Construct, to awselasticloadbalancingv2.ApplicationTargetGroup) awselasticloadbalancingv2.ApplicationListener {
	if f.certificate == nil {
		return newListener(scope, httpListener, f, httpPort, to)
	}
	production := newListener(scope, "ProductionListener", f, httpsPort, to)
	f.redirect.Node().AddDependency(production) // nobody is sent where nobody answers
	return production
}

func (f front) listenerProps(port int) *awselasticloadbalancingv2.ApplicationListenerProps {
	props := &awselasticloadbalancingv2.ApplicationListenerProps{
		LoadBalancer: f.balancer,
		Protocol:     awselasticloadbalancingv2.ApplicationProtocol_HTTP,
		Port:         jsii.Number(port),
		Open:         new(false),
	}
	if f.certificate != nil {
		props.Protocol = awselasticloadbalancingv2.ApplicationProtocol_HTTPS
		props.SslPolicy = tlsPolicy
		props.Certificates = &[]awselasticloadbalancingv2.IListenerCertificate{f.certificate}
	}
	return props
}
