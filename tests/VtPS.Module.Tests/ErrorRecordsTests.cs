using System.Management.Automation;
using VtPS.Pipeline;
using Xunit;

namespace VtPS.Module.Tests;

public sealed class ErrorRecordsTests
{
    public static TheoryData<VtErrorId> Ids => [.. Enum.GetValues<VtErrorId>()];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Every_id_has_a_category(VtErrorId id) => Assert.NotEqual(ErrorCategory.NotSpecified, ErrorRecords.Category(id));

    [Theory]
    [InlineData(VtErrorId.StoreNotFound, ErrorCategory.ObjectNotFound)]
    [InlineData(VtErrorId.AmbiguousBackupId, ErrorCategory.InvalidArgument)]
    [InlineData(VtErrorId.StorePathNotEmpty, ErrorCategory.ResourceExists)]
    [InlineData(VtErrorId.NotAStore, ErrorCategory.InvalidData)]
    [InlineData(VtErrorId.CodecUnavailable, ErrorCategory.NotImplemented)]
    [InlineData(VtErrorId.StoreBusy, ErrorCategory.ResourceBusy)]
    [InlineData(VtErrorId.SourceDenied, ErrorCategory.PermissionDenied)]
    [InlineData(VtErrorId.SourceVanished, ErrorCategory.ReadError)]
    [InlineData(VtErrorId.StoreFull, ErrorCategory.WriteError)]
    [InlineData(VtErrorId.PasswordIncorrect, ErrorCategory.AuthenticationError)]
    [InlineData(VtErrorId.TooManyDeletes, ErrorCategory.LimitsExceeded)]
    [InlineData(VtErrorId.EmptyRootRefused, ErrorCategory.InvalidOperation)]
    [InlineData(VtErrorId.PeerUnreachable, ErrorCategory.ConnectionError)]
    [InlineData(VtErrorId.PeerProtocolMismatch, ErrorCategory.ProtocolError)]
    [InlineData(VtErrorId.PeerTimeout, ErrorCategory.OperationTimeout)]
    public void Categories_are_the_settled_ones(VtErrorId id, ErrorCategory category) => Assert.Equal(category, ErrorRecords.Category(id));
}
