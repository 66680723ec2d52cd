using System.Text.Json.Serialization;

namespace Mingjian.Contracts.Members;

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ImportMembers))]
[JsonSerializable(typeof(WithdrawImport))]
[JsonSerializable(typeof(IssueInvitation))]
[JsonSerializable(typeof(ConfirmInvitation))]
[JsonSerializable(typeof(WithdrawInvitation))]
[JsonSerializable(typeof(BindKey))]
[JsonSerializable(typeof(RevokeKey))]
[JsonSerializable(typeof(MembersImported))]
[JsonSerializable(typeof(ImportWithdrawn))]
[JsonSerializable(typeof(InvitationIssued))]
[JsonSerializable(typeof(InvitationConfirmed))]
[JsonSerializable(typeof(InvitationWithdrawn))]
[JsonSerializable(typeof(KeyBound))]
[JsonSerializable(typeof(KeyRevoked))]
[JsonSerializable(typeof(MemberRecord))]
[JsonSerializable(typeof(IdentityRecord))]
[JsonSerializable(typeof(ImportRecord))]
[JsonSerializable(typeof(ImportChunkRecord))]
[JsonSerializable(typeof(ImportUseRecord))]
[JsonSerializable(typeof(KeyRecord))]
[JsonSerializable(typeof(MemberKeysRecord))]
[JsonSerializable(typeof(InvitationRecord))]
internal sealed partial class MembersJson : JsonSerializerContext;
