using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using VtPS.Engine.Blocks;
using VtPS.Engine.Stores;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Listing;

/// <summary>Finds every block that backups need, each once over the life of this object; 16 bytes and a little are kept for each. For one thread.</summary>
internal sealed class BackupBlockWalk(ITreeReader trees, IBlockReader blocks)
{
    // The first half of a cryptographic hash tells blocks apart as surely as anything here needs.
    private readonly HashSet<UInt128> _given = [];

    // What a block means depends on who refers to it: the bytes of a directory can be a file's content as well. So having been given says
    // nothing about having been read as a directory, or as references.
    private readonly HashSet<UInt128> _readAsDirectory = [];
    private readonly HashSet<UInt128> _readAsReferences = [];
    private readonly HashSet<UInt128> _readAsSideCar = [];

    /// <summary>The blocks of a backup that no earlier call gave: hash and indirect references, a directory's own blocks before what is in it, the side-car last.</summary>
    /// <exception cref="VtException">BlockNotFound, BlockDamaged for a directory or an indirect block.</exception>
    public async IAsyncEnumerable<VtBlockReference> WalkAsync(VtBackup backup, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Stack<IAsyncEnumerator<TreeEntry>> stack = new();
        try
        {
            VtBlockReference? content = VtBlockReference.Parse(backup.Root);
            bool isDirectory = true;
            while (true)
            {
                if (content is { Length: > 0 } && (!isDirectory || content.Hash is null || _readAsDirectory.Add(Key(content))))
                {
                    await foreach (VtBlockReference reference in NewAsync(content, cancellationToken).ConfigureAwait(false))
                    {
                        yield return reference;
                    }

                    if (isDirectory)
                    {
                        stack.Push(trees.ReadDirectoryAsync(content, cancellationToken).GetAsyncEnumerator(cancellationToken));
                    }
                }

                content = null;
                if (!stack.TryPeek(out IAsyncEnumerator<TreeEntry>? entries))
                {
                    break;
                }

                cancellationToken.ThrowIfCancellationRequested();
                if (await entries.MoveNextAsync().ConfigureAwait(false))
                {
                    content = entries.Current.Content;
                    isDirectory = entries.Current.Type == VtItemType.Directory;
                }
                else
                {
                    await stack.Pop().DisposeAsync().ConfigureAwait(false);
                }
            }
        }
        finally
        {
            while (stack.TryPop(out IAsyncEnumerator<TreeEntry>? left))
            {
                await left.DisposeAsync().ConfigureAwait(false);
            }
        }

        await foreach (VtBlockReference reference in SideCarReader.ReadReferencesAsync(blocks, backup.SideCar, IsNewSideCar, cancellationToken).ConfigureAwait(false))
        {
            if (reference.Hash is not null && _given.Add(Key(reference)))
            {
                yield return reference;
            }
        }
    }

    private static UInt128 Key(VtBlockReference reference) => BinaryPrimitives.ReadUInt128LittleEndian(reference.Hash!.Span);

    private bool IsNewSideCar(VtBlockReference reference) => reference.Hash is null || _readAsSideCar.Add(Key(reference));

    private async IAsyncEnumerable<VtBlockReference> NewAsync(VtBlockReference content, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Stack<VtBlockReference> open = new();
        open.Push(content);
        while (open.TryPop(out VtBlockReference? reference))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (reference.Hash is null)
            {
                continue;
            }

            UInt128 key = Key(reference);
            if (_given.Add(key))
            {
                yield return reference;
            }

            if (reference.Kind == VtBlockKind.Indirect && _readAsReferences.Add(key))
            {
                List<VtBlockReference> children = await BlockTree.ReadIndirectAsync(blocks, reference, cancellationToken).ConfigureAwait(false);
                for (int i = children.Count - 1; i >= 0; i--)
                {
                    open.Push(children[i]);
                }
            }
        }
    }
}
