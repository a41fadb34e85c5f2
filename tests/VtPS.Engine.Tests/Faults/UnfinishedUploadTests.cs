using VtPS.Engine.Maintenance;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Faults;

public sealed class UnfinishedUploadTests
{
    [Fact]
    public async Task WhatAKilledOptimizeLeftUnfinishedStayedForEver()
    {
        using TempFolder temp = new();
        temp.WriteFile("src/a", "some text");
        await using TestStore store = await TestStore.CreateAsync(temp.Combine("store"));
        await store.BackupAsync(temp.Combine("src"));
        FaultyStorage killed = new(store.Storage);
        IObjectUpload upload = await killed.BeginPutAsync(StoreNames.DataFile(DataFileId.New()), DataFileId.New().ToString(), CancellationToken.None);
        await upload.WriteAsync(new byte[1000], CancellationToken.None);
        await killed.KillAsync();
        await upload.DisposeAsync();
        Assert.Single(Directory.GetFiles(temp.Combine("store/tmp")));

        double seconds = 0;
        LeaseMemory memory = new(null, () => seconds);
        await OptimizeAsync(store, memory);
        seconds = 1799;
        await OptimizeAsync(store, memory);
        Assert.Single(Directory.GetFiles(temp.Combine("store/tmp")));
        seconds = 1801;
        await OptimizeAsync(store, memory);
        Assert.Empty(Directory.GetFiles(temp.Combine("store/tmp")));
    }

    private static Task OptimizeAsync(TestStore store, LeaseMemory memory) =>
        OptimizeOperation.RunAsync(store.Session, new OptimizeRequest(), memory, NullObserver.Instance, CancellationToken.None);
}
