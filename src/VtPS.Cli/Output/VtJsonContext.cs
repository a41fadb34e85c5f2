using System.Text.Json.Serialization;

namespace VtPS.Cli.Output;

/// <summary>
/// The public types as JSON, made at build time. Properties have the names that PowerShell shows, and enumerations are their names,
/// so that ConvertFrom-Json gives what the cmdlets emit.
/// </summary>
[JsonSourceGenerationOptions(UseStringEnumConverter = true)]
[JsonSerializable(typeof(VtStore))]
[JsonSerializable(typeof(VtBackup))]
[JsonSerializable(typeof(VtItem))]
[JsonSerializable(typeof(VtBlock))]
[JsonSerializable(typeof(VtDifference))]
[JsonSerializable(typeof(VtFileResult))]
[JsonSerializable(typeof(VtRestoreResult))]
[JsonSerializable(typeof(VtTestResult))]
[JsonSerializable(typeof(VtKey))]
[JsonSerializable(typeof(VtPeer))]
[JsonSerializable(typeof(VtSyncResult))]
[JsonSerializable(typeof(VtSyncAction))]
[JsonSerializable(typeof(VtHistoryEntry))]
[JsonSerializable(typeof(VtStatus))]
[JsonSerializable(typeof(PruneOutput))]
internal sealed partial class VtJsonContext : JsonSerializerContext;
