using System.Buffers;

namespace VtPS.Engine.Stores;

/// <summary>
/// An open-addressing table from the first 32 bits of a hash (the tag) to 32-bit block numbers other than zero; one tag can have many numbers.
/// Eight bytes a slot, at most three quarters of the slots in use. A slot's place rises with the tag, so that the table is all but sorted:
/// growing it is one pass, and so is a walk in the order of tags. Not safe for use by several threads.
/// </summary>
internal sealed class BlockSlots
{
    private ulong[] _slots;
    private long _count;

    /// <summary>Makes an empty table with room for so many blocks.</summary>
    public BlockSlots(long expected = 0) => _slots = new ulong[SlotsFor(expected)];

    /// <summary>The number of entries.</summary>
    public long Count => _count;

    /// <summary>Makes room for so many further entries at once.</summary>
    public void Reserve(long more)
    {
        if (SlotsFor(_count + more) > _slots.LongLength)
        {
            Rebuild(_count + more, null);
        }
    }

    /// <summary>Adds an entry.</summary>
    public void Add(uint tag, uint number)
    {
        if ((_count + 1) * 4 > _slots.LongLength * 3)
        {
            Rebuild(_count + (_count / 2) + 16, null);
        }

        Insert(_slots, tag, number);
        _count++;
    }

    /// <summary>Adds many entries, each as tag * 2^32 + number.</summary>
    /// <remarks>They are put in the rough order of their tags first: a large table is then written nearly from front to back, which is several times as quick.</remarks>
    public void AddRange(ReadOnlySpan<ulong> entries)
    {
        Reserve(entries.Length);
        if (entries.Length < 4096)
        {
            foreach (ulong entry in entries)
            {
                Insert(_slots, (uint)(entry >> 32), (uint)entry);
            }
        }
        else
        {
            const int Bits = 11;
            int[] places = new int[(1 << Bits) + 1];
            foreach (ulong entry in entries)
            {
                places[(entry >> (64 - Bits)) + 1]++;
            }

            for (int i = 1; i < places.Length; i++)
            {
                places[i] += places[i - 1];
            }

            ulong[] ordered = ArrayPool<ulong>.Shared.Rent(entries.Length);
            foreach (ulong entry in entries)
            {
                ordered[places[entry >> (64 - Bits)]++] = entry;
            }

            foreach (ulong entry in ordered.AsSpan(0, entries.Length))
            {
                Insert(_slots, (uint)(entry >> 32), (uint)entry);
            }

            ArrayPool<ulong>.Shared.Return(ordered);
        }

        _count += entries.Length;
    }

    /// <summary>Begins a look-up.</summary>
    /// <returns>The cursor for <see cref="TryNext"/>.</returns>
    public long Start(uint tag) => Home(tag, _slots.LongLength);

    /// <summary>The next number of a tag.</summary>
    public bool TryNext(uint tag, ref long cursor, out uint number)
    {
        ulong[] slots = _slots;
        while (true)
        {
            ulong slot = slots[cursor];
            if (slot == 0)
            {
                number = 0;
                return false;
            }

            if (++cursor == slots.LongLength)
            {
                cursor = 0;
            }

            if ((uint)(slot >> 32) == tag)
            {
                number = (uint)slot;
                return true;
            }
        }
    }

    /// <summary>Adds every entry with a tag from <paramref name="first"/> to <paramref name="last"/> to a list, each as tag * 2^32 + number, in no exact order.</summary>
    public void Collect(uint first, uint last, List<ulong> entries)
    {
        // What belongs here lies between its home and the next empty slot after the last home.
        long position = Home(first, _slots.LongLength);
        long end = Home(last, _slots.LongLength);
        bool wrapped = false;
        while (true)
        {
            ulong slot = _slots[position];
            uint tag = (uint)(slot >> 32);
            if (slot != 0 && tag >= first && tag <= last)
            {
                entries.Add(slot);
            }

            if (slot == 0 && (position >= end || wrapped))
            {
                return;
            }

            if (++position == _slots.LongLength)
            {
                position = 0;
                wrapped = true;
            }

            if (wrapped && position == Home(first, _slots.LongLength))
            {
                return;
            }
        }
    }

    /// <summary>Drops every entry whose number <paramref name="keep"/> refuses.</summary>
    public void Sweep(Func<uint, bool> keep) => Rebuild(_count, keep);

    private static long SlotsFor(long entries) => Math.Max(64, (entries * 4 / 3) + 1);

    private static long Home(uint tag, long slots) => (long)(((ulong)tag * (ulong)slots) >> 32);

    private static void Insert(ulong[] slots, uint tag, uint number)
    {
        long position = Home(tag, slots.LongLength);
        while (slots[position] != 0)
        {
            if (++position == slots.LongLength)
            {
                position = 0;
            }
        }

        slots[position] = ((ulong)tag << 32) | number;
    }

    private void Rebuild(long room, Func<uint, bool>? keep)
    {
        ulong[] slots = new ulong[SlotsFor(room)];
        long count = 0;
        foreach (ulong slot in _slots)
        {
            if (slot != 0 && (keep is null || keep((uint)slot)))
            {
                Insert(slots, (uint)(slot >> 32), (uint)slot);
                count++;
            }
        }

        _slots = slots;
        _count = count;
    }
}
