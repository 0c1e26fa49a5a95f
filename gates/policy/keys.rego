# Keys are the account's, and what a secret is made of is not in the template. PCI DSS 3.6.1, 3.6.1.2, 8.6.2; Security Hub
# KMS.5.
package payment

import rego.v1

# Without its account's statement nobody can mend a key's policy, and with another principal it is somebody else's.
violation contains v if {
	some id, key in typed("AWS::KMS::Key")
	not administered(key)
	v := finding("PAY-CRYPT-24", id, "Properties.KeyPolicy", "nobody can administer the key")
}

administered(key) if {
	some statement in key.properties.KeyPolicy.Statement
	statement.Effect == "Allow"
	statement.Action == "kms:*"
	endswith(text(statement.Principal.AWS), ":root")
	not statement.Condition
}

violation contains v if {
	some id, key in typed("AWS::KMS::Key")
	some statement in key.properties.KeyPolicy.Statement
	not of_the_account(statement)
	v := finding("PAY-CRYPT-04", id, "Properties.KeyPolicy", "a key is given to who is no principal of the account, or refused")
}

of_the_account(statement) if {
	statement.Effect == "Allow"
	count(statement.Principal) == 1
	some kind in ["AWS", "Service"]
	statement.Principal[kind]
}

# Who is named beside the account uses the key through the service that it is for.
violation contains v if {
	some id, key in typed("AWS::KMS::Key")
	some statement in key.properties.KeyPolicy.Statement
	statement.Principal.AWS.__ref
	not through_a_service(statement)
	v := finding("PAY-CRYPT-25", id, "Properties.KeyPolicy", "a role may do more with a key than a service does for it")
}

through_a_service(statement) if {
	statement.Action == "kms:Decrypt"
	endswith(statement.Condition.StringEquals["kms:ViaService"], ".amazonaws.com")
}

violation contains v if {
	some id, secret in typed("AWS::SecretsManager::Secret")
	some key, _ in json.unmarshal(secret.properties.GenerateSecretString.SecretStringTemplate)
	regex.match("(?i)pass|secret|token", key)
	v := finding("PAY-CRYPT-14", id, "Properties.GenerateSecretString", "a secret stands in the template as plain text")
}
