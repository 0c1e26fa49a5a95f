# Images are what was reviewed, are looked at, and stay while they run. PCI DSS 6.3.1, 6.5.1; Security Hub ECR.1, ECR.2, ECR.3, ECR.5.
package payment

import rego.v1

violation contains v if {
	some id, repository in typed("AWS::ECR::Repository")
	object.get(repository.properties, "ImageTagMutability", "MUTABLE") != "IMMUTABLE"
	v := finding("PAY-RELEASE-15", id, "Properties.ImageTagMutability", "a tag can be moved to another image")
}

violation contains v if {
	some id, repository in typed("AWS::ECR::Repository")
	object.get(repository.properties, ["ImageScanningConfiguration", "ScanOnPush"], false) != true
	v := finding("PAY-RELEASE-16", id, "Properties.ImageScanningConfiguration", "images are not scanned")
}

# What runs carries a tag of ours, and the first rule that matches an image decides.
never_expires(repository) if {
	rules := json.unmarshal(repository.properties.LifecyclePolicy.LifecyclePolicyText).rules
	some running in rules
	"live-" in running.selection.tagPrefixList
	running.selection.countType == "imageCountMoreThan"
	running.selection.countNumber >= 1000
	every rule in rules {
		rule.rulePriority >= running.rulePriority
		rule.selection.countType == "imageCountMoreThan"
		rule.selection.countNumber >= 10
	}
}

violation contains v if {
	some id, repository in typed("AWS::ECR::Repository")
	not never_expires(repository)
	v := finding("PAY-RELEASE-17", id, "Properties.LifecyclePolicy", "the image that runs can expire")
}

locked(repository) if {
	repository.properties.EncryptionConfiguration.EncryptionType == "KMS"
	reference(repository.properties.EncryptionConfiguration.KmsKey)
}

violation contains v if {
	some id, repository in typed("AWS::ECR::Repository")
	not locked(repository)
	v := finding("PAY-RELEASE-19", id, "Properties.EncryptionConfiguration", "images are not encrypted with a key of ours")
}
