using VtPS.Engine.Stores;
using Xunit;

namespace VtPS.Engine.Tests.Index;

/// <summary>Random operations on an index, compared with the plainest thing that does the same.</summary>
public sealed class BlockIndexModelTests
{
    private const int FileCount = 24;
    private const int BlockCount = 400;

    [Theory]
    [InlineData(IndexKind.Memory, 1)]
    [InlineData(IndexKind.Memory, 2)]
    [InlineData(IndexKind.Sqlite, 1)]
    [InlineData(IndexKind.Sqlite, 2)]
    [InlineData(IndexKind.Sqlite, 3)]
    public async Task Random_operations_give_what_the_model_gives(IndexKind kind, int seed)
    {
        await using IndexHome home = new(kind);
        Random random = new(seed);
        IBlockIndex index = home.Open();
        Dictionary<DataFileId, long> known = [];
        HashSet<DataFileId> live = [];
        HashSet<DataFileId> givenUp = [];
        HashSet<DataFileId> trash = [];
        HashSet<VtHash> flags = [];
        Dictionary<DataFileId, long> listed = [];
        index.Refresh(listed, givenUp);

        for (int step = 0; step < 1500; step++)
        {
            switch (random.Next(10))
            {
                case 0 or 1:
                    Change();
                    Refresh();
                    break;
                case 2 or 3 or 4:
                    int number = random.Next(FileCount);
                    DataFileId file = IndexSample.File(number);
                    long length = listed.GetValueOrDefault(file, 10);
                    index.AddFile(file, length, Content(number, length));
                    if (known.TryGetValue(file, out long before) && before != length)
                    {
                        flags.Clear();
                        live.Remove(file);
                    }

                    if (!known.TryGetValue(file, out before) || before != length)
                    {
                        known[file] = length;
                        if (!givenUp.Contains(file))
                        {
                            live.Add(file);
                        }
                    }

                    break;
                case 5:
                    VtHash[] marked = [.. Enumerable.Range(0, random.Next(5)).Select(_ => Hash(random.Next(BlockCount)))];
                    index.MarkCompleteBelow(marked);
                    flags.UnionWith(marked);
                    break;
                case 6 when kind == IndexKind.Sqlite && random.Next(3) == 0:
                    await home.CloseAsync();
                    index = home.Open();
                    Refresh();
                    break;
                default:
                    VtHash hash = Hash(random.Next(BlockCount));
                    HashSet<BlockLocation> expected = [.. Places().Where(p => p.Hash.Equals(hash)).Select(p => p.Location)];
                    Assert.Equal(expected.Count > 0, index.Contains(hash));
                    Assert.Equal(expected.Count > 0, index.TryFind(hash, out BlockLocation location));
                    Assert.True(expected.Count == 0 || expected.Contains(location));
                    Assert.Equal(expected, index.FindAll(hash).ToHashSet());
                    Assert.Equal(flags.Contains(hash), index.IsCompleteBelow(hash));
                    break;
            }

            if (step % 100 == 99)
            {
                VtHash[] all = [.. Places().Select(p => p.Hash).Distinct().Order()];
                Assert.Equal(all, index.Enumerate().Select(e => e.Hash));
                Assert.Equal(all.Length, index.CountBlocks());
            }
        }

        void Change()
        {
            // Files come, go and change their length; what was given up stays so until it is gone, and ids do not come back then.
            int number = random.Next(FileCount);
            DataFileId file = IndexSample.File(number);
            switch (random.Next(6))
            {
                case 0 when !trash.Contains(file):
                    listed.Remove(file);
                    break;
                case 1 when listed.ContainsKey(file):
                    listed[file] = 10 + random.Next(2);
                    break;
                case 2 when listed.ContainsKey(file) && trash.Count < FileCount / 3:
                    trash.Add(file);
                    break;
                default:
                    listed.TryAdd(file, 10);
                    break;
            }
        }

        void Refresh()
        {
            IReadOnlyList<DataFileId> unknown = index.Refresh(listed, trash);
            DataFileId[] gone = [.. known.Where(f => !listed.TryGetValue(f.Key, out long length) || length != f.Value).Select(f => f.Key)];
            if (gone.Length > 0 || trash.Except(givenUp).Any())
            {
                flags.Clear();
            }

            foreach (DataFileId file in gone)
            {
                known.Remove(file);
            }

            givenUp = [.. trash];
            live = [.. known.Keys.Except(givenUp)];
            Assert.Equal(listed.Keys.Except(known.Keys).ToHashSet(), unknown.ToHashSet());
            Assert.Equal(unknown.Count, unknown.Distinct().Count());
        }

        IEnumerable<(VtHash Hash, BlockLocation Location)> Places() =>
            live.SelectMany(file => IndexSample.Places(file, Content((int)file.Low, known[file])));

        static List<IndexedRecord> Content(int number, long length)
        {
            Random content = new((number * 1000) + (int)length);
            return IndexSample.Records(VtHashName.Sha256, [.. Enumerable.Range(0, content.Next(200)).Select(_ => content.Next(BlockCount)).Distinct()]);
        }

        static VtHash Hash(int number) => IndexSample.Hash(VtHashName.Sha256, number);
    }
}
